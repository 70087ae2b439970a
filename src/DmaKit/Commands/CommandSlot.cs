using System.Threading.Tasks.Sources;
using DmaKit.Native;
using DmaKit.Platforms;

namespace DmaKit;

/// <summary>What is behind a <see cref="Command{TPacket, TReply}"/>: a packet, its tag, and the awaited result. Reused; nothing is allocated a command.</summary>
/// <remarks>
/// <para>States follow each other: <c>Free - Prepared - Posting - Posted - Done</c>, with two ways round for a command
/// that overstays: <c>Posted - Overdue - Done</c> when data is mapped where it lies, so that the caller must wait for the device, and
/// <c>Posted - Orphaned - Done</c> when the caller can go at once. The state stands in one word with the version, which grows each time the slot comes
/// back: who compares and swaps it cannot mean another command than the one it looked at. Where several may want to go on from a state they compare and
/// swap; out of the others only one goes, by a plain store.</para>
/// <para>The slot is free again when both its owners have let go: the device (its tag came back, or it is quiet) and the caller (took the outcome). The device
/// comes first but where the slot was orphaned, and only then two are counted.</para>
/// </remarks>
internal sealed class CommandSlot<TPacket, TReply> : IValueTaskSource<CommandOutcome<TReply>>, IThreadPoolWorkItem
    where TPacket : unmanaged
    where TReply : unmanaged
{
    private const int Free = 0, Prepared = 1, Posting = 2, Posted = 3, Overdue = 4, Orphaned = 5, Done = 6, Expiring = 7;
    private const int StateBits = 4;

    private readonly CommandPool<TPacket, TReply> _pool;
    private readonly CommonBufferPiece _piece;
    private ManualResetValueTaskSourceCore<CommandOutcome<TReply>> _result;
    private CancellationTokenRegistration _cancellation;
    private DmaMapping _mapping;
    private MappingSlot? _orphanedData;
    private Quarantine.Kept? _kept;
    private TReply _reply;
    private CommandStatus _status;
    private long _bytes;
    private long _word = 1 << StateBits;
    private long _deadline;
    private long _postedTotal;
    private long _completedTotal;
    private int _phases;
    private int _owners;
    private bool _hasReply;
    private bool _mayBeCancelled;

    public CommandSlot(CommandPool<TPacket, TReply> pool, int index, CommonBufferPiece piece)
    {
        _pool = pool;
        _piece = piece;
        Index = index;
        LogicalAddress = piece.LogicalAddress;
        Tag = pool.FirstTag(index);
    }

    public int Index { get; }

    /// <summary>The request that it serves, as long as it is out. The pool's.</summary>
    public DmaRequest? Request { get; set; }

    public CommandTag Tag { get; private set; }

    public LogicalAddress LogicalAddress { get; }

    public LogicalAddress TrailingAddress => LogicalAddress + SizeOf<TPacket>.Bytes;

    public Span<byte> Trailing => _piece.Span(SizeOf<TPacket>.Bytes, (int)_piece.Length - SizeOf<TPacket>.Bytes);

    internal DmaMisuseException Refuse(string rule, string message) => _pool.Adapter.Function.Platform.Misuse.Refuse(rule, _pool.Name, message);

    internal DmaMisuseException PostedTwice() =>
        Refuse("packet-posted-twice", "The command packet is not this holder's to post any more: it was posted or returned already. Rent another one.");

    /// <summary>How often it was posted. Counted by whoever has it.</summary>
    public long PostedTotal => Fence.Read(in _postedTotal);

    /// <summary>How often its tag came back in time.</summary>
    public long CompletedTotal => Fence.Read(in _completedTotal);

    public CommandState State => StateOf(Fence.Read(in _word)) switch
    {
        Free => CommandState.Free,
        Prepared or Posting => CommandState.Prepared,
        Posted or Overdue or Expiring => CommandState.Posted,
        Orphaned => CommandState.Quarantined,
        _ => CommandState.Completed,
    };

    public bool IsPrepared(long version) => Fence.Read(in _word) == Word(version, Prepared);

    public TPacket ReadPacket() => _piece.Read<TPacket>(0);

    public void WritePacket(in TPacket packet) => _piece.Write(0, packet);

    /// <summary>The pool hands it out.</summary>
    public Command<TPacket, TReply> Rent()
    {
        long version = VersionOf(_word);
        Fence.Write(ref _word, Word(version, Prepared));
        return new Command<TPacket, TReply>(this, version);
    }

    public void ReturnUnposted(long version)
    {
        if (TryGo(Word(version, Prepared), Posting)) Recycle(newTag: false);
    }

    public ValueTask<CommandOutcome<TReply>> PostAsync(
        long version, DmaMapping mapping, RegisterWindow? registers, long offset, ICommandDoorbell? doorbell, TimeSpan timeout, CancellationToken token)
    {
        if (timeout <= TimeSpan.Zero && timeout != Timeout.InfiniteTimeSpan)
            throw new ArgumentOutOfRangeException(nameof(timeout), timeout, "A command's time is positive, or Timeout.InfiniteTimeSpan.");
        if (!mapping.IsEmpty && mapping.Slot is null)
            throw mapping.PostedTwice();
        if (!TryGo(Word(version, Prepared), Posting))
            throw PostedTwice();
        if (token.IsCancellationRequested)
        {
            mapping.Dispose();
            Recycle(newTag: false);
            return new ValueTask<CommandOutcome<TReply>>(new CommandOutcome<TReply>(CommandStatus.Cancelled, default, false, 0));
        }

        try
        {
            // From here on the mapping is the command's: the caller's handle is stale.
            _mapping = mapping = mapping.HandOver();
        }
        catch
        {
            Fence.Write(ref _word, Word(version, Prepared));
            throw;
        }

        // What is done after the doorbell is a phase of its own only where the slot is touched by it.
        bool mayBeCancelled = token.CanBeCanceled;
        (_mayBeCancelled, _bytes, _hasReply, _phases, _owners) = (mayBeCancelled, 0, false, mayBeCancelled ? 2 : 1, 1);
        _result.Reset();
        _result.RunContinuationsAsynchronously = false;
        mapping.MarkPosted();
        long deadline = _pool.DeadlineOf(timeout);
        long posted = Word(version, Posted);
        CommandTag tag = Tag;
        short resultVersion = _result.Version;
        _postedTotal++;
        Fence.Write(ref _deadline, deadline);
        Fence.Write(ref _word, posted);
        _pool.NotePosted(this);
        try
        {
            if (doorbell is not null) doorbell.Ring(LogicalAddress, tag);
            else registers!.Write32(offset, LogicalAddress.LowHalf);
        }
        catch (DeviceLostException)
        {
            End(version, CommandStatus.DeviceLost);
        }
        catch when (TryGo(posted, Posting))
        {
            // The device was not told: nothing happened, packet and mapping go back, and the caller learns why.
            _pool.NoteUnposted();
            mapping.Slot?.Unpost();
            mapping.Dispose();
            _mapping = default;
            Recycle(newTag: true);
            throw;
        }
        catch
        {
            // A reset or the deadline ended it before the doorbell refused: the outcome is decided, and the device was not told.
            End(version, CommandStatus.Aborted);
            if (mayBeCancelled) EndPhase();
            return new ValueTask<CommandOutcome<TReply>>(this, resultVersion);
        }

        // After the doorbell, so that who gives up aborts a command that the device has. The register write is a barrier between the state and the look at the timer.
        _pool.Arm(deadline);
        if (mayBeCancelled)
        {
            _cancellation = token.UnsafeRegister(static state => ((CommandSlot<TPacket, TReply>)state!).Expire(CommandStatus.Cancelled), this);
            EndPhase();
        }

        return new ValueTask<CommandOutcome<TReply>>(this, resultVersion);
    }

    /// <summary>The device gave the tag back. The reply is made only for a command that is accepted.</summary>
    public TagVerdict Complete<TSource>(CommandTag tag, ref TSource source) where TSource : struct, IReplySource<TPacket, TReply>
    {
        int held = Claim(tag);
        if (held == Free) return TagVerdict.Stale;
        if (held == Orphaned)
        {
            LetGoOfOrphan();
            return TagVerdict.Late;
        }

        if (held == Posted) _status = CommandStatus.Completed;
        _reply = source.Make(this, out _bytes);
        _hasReply = true;
        Decide();
        return TagVerdict.Accepted;
    }

    /// <summary>Ends it if the device's time is over.</summary>
    /// <returns>When its time will be over, as a timestamp; <see cref="long.MaxValue"/> for never, or for being over.</returns>
    public long ExpireIfDue(long now)
    {
        // The word first: a deadline that is of a later command then expires nothing.
        long word = Fence.Read(in _word);
        if (StateOf(word) != Posted) return long.MaxValue;
        long deadline = Fence.Read(in _deadline);
        if (deadline > now) return deadline;
        Expire(word, CommandStatus.TimedOut);
        return long.MaxValue;
    }

    /// <summary>Time ran out, or the caller gave up. Bounced data lets the caller go; data mapped where it lies keeps him.</summary>
    private void Expire(CommandStatus why)
    {
        long word = Fence.Read(in _word);
        if (StateOf(word) == Posted) Expire(word, why);
    }

    private void Expire(long word, CommandStatus why)
    {
        // While it is being orphaned, nobody else may take it: who comes meanwhile waits the few instructions that takes.
        if (!TryGo(word, Expiring)) return;
        MappingSlot? data = _mapping.Slot;
        bool mustWait = data is not null && data.DirectBytes > 0;
        _status = why;
        if (!mustWait)
        {
            if (data is not null && data.Orphan(_mapping.Generation)) _orphanedData = data;
            _kept = _pool.Keep(this, _orphanedData, why);
            _mapping = default;
            _pool.NoteUnposted();
            _owners = 2;
        }

        CommandTag tag = Tag;
        Fence.Write(ref _word, Word(VersionOf(word), mustWait ? Overdue : Orphaned));
        _pool.NoteOverdue(tag, LogicalAddress, why);
        if (!mustWait) EndPhase();
    }

    /// <summary>
    /// The device cannot be made quiet: the caller goes without a reply, even where the device reaches his data. All that the device was told of stays
    /// in quarantine until it is known to be quiet after all.
    /// </summary>
    public void Abandon(CommandStatus status)
    {
        long word;
        do
        {
            word = Fence.Read(in _word);
            if (StateOf(word) is not (Posted or Overdue)) return;
        }
        while (!TryGo(word, Expiring));

        if (StateOf(word) == Posted) _status = status;
        MappingSlot? data = _mapping.Slot;
        if (data is not null && data.Orphan(_mapping.Generation)) _orphanedData = data;
        _kept = _pool.Keep(this, _orphanedData, _status);
        _mapping = default;
        _pool.NoteUnposted();
        _owners = 2;
        Fence.Write(ref _word, Word(VersionOf(word), Orphaned));
        EndPhase();
    }

    /// <summary>The device is known to be quiet, or gone: what it had ends.</summary>
    public void End(CommandStatus status) => End(VersionOf(Fence.Read(in _word)), status);

    private void End(long version, CommandStatus status)
    {
        int held = Claim(version);
        if (held == Orphaned) LetGoOfOrphan();
        if (held is not (Posted or Overdue)) return;
        if (held == Posted) _status = status;
        Decide();
    }

    void IThreadPoolWorkItem.Execute()
    {
        if (_mayBeCancelled) _cancellation.Dispose();
        if (_mapping.Slot is { } data)
        {
            if (_hasReply)
            {
                if (_bytes > data.Length) _pool.NoteOverrun(this, _bytes, data.Length);
                _bytes = Math.Clamp(_bytes, 0, data.Length);
                _mapping.Complete(_bytes);
            }
            else
            {
                // Ended without a reply: the device is quiet or gone, and nothing is copied back.
                _bytes = 0;
                if (data.Orphan(_mapping.Generation)) data.Free();
            }
        }
        else
        {
            _bytes = _hasReply ? Math.Max(_bytes, 0) : 0;
        }

        _mapping = default;
        if (_hasReply) _completedTotal++;
        _pool.NoteEnded(this, _status);
        _result.SetResult(new CommandOutcome<TReply>(_status, _hasReply ? _reply : default, _hasReply, _bytes));
    }

    CommandOutcome<TReply> IValueTaskSource<CommandOutcome<TReply>>.GetResult(short token)
    {
        CommandOutcome<TReply> outcome = _result.GetResult(token);
        LetGo();
        return outcome;
    }

    ValueTaskSourceStatus IValueTaskSource<CommandOutcome<TReply>>.GetStatus(short token) => _result.GetStatus(token);

    void IValueTaskSource<CommandOutcome<TReply>>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _result.OnCompleted(continuation, state, token, flags);

    private static long Word(long version, int state) => (version << StateBits) | (uint)state;

    private static int StateOf(long word) => (int)word & ((1 << StateBits) - 1);

    private static long VersionOf(long word) => word >> StateBits;

    /// <summary>Goes on from what was seen, if it is so still.</summary>
    private bool TryGo(long seen, int state) => Interlocked.CompareExchange(ref _word, Word(VersionOf(seen), state), seen) == seen;

    /// <summary>Takes from the device what it has: for one caller only, and once.</summary>
    /// <param name="tag">The tag that it has it under.</param>
    /// <returns>How it had it (<see cref="Posted"/>, <see cref="Overdue"/>, <see cref="Orphaned"/>), or <see cref="Free"/> when it had nothing.</returns>
    private int Claim(CommandTag tag)
    {
        var spin = default(SpinWait);
        while (true)
        {
            // The word first: a tag that is of a later command then is no match for it.
            long word = Fence.Read(in _word);
            if (Tag != tag) return Free;
            if (TryClaim(word, ref spin, out int held)) return held;
        }
    }

    /// <inheritdoc cref="Claim(CommandTag)"/>
    /// <param name="version">Which use of the slot is meant.</param>
    private int Claim(long version)
    {
        var spin = default(SpinWait);
        while (true)
        {
            long word = Fence.Read(in _word);
            if (VersionOf(word) != version) return Free;
            if (TryClaim(word, ref spin, out int held)) return held;
        }
    }

    /// <returns>False when it is to be tried again.</returns>
    private bool TryClaim(long word, ref SpinWait spin, out int held)
    {
        held = StateOf(word);
        if (held is Posted or Overdue or Orphaned) return TryGo(word, Done);
        if (held == Expiring) spin.SpinOnce(sleep1Threshold: -1);
        else held = Free;
        return held == Free;
    }

    /// <summary>The device let go, and the caller may have the outcome.</summary>
    private void Decide()
    {
        _pool.NoteUnposted();
        EndPhase();
    }

    private void LetGoOfOrphan()
    {
        if (_kept is { } kept) _pool.Unkeep(kept);
        _kept = null;
        _orphanedData?.Free();
        _orphanedData = null;
        LetGo();
    }

    /// <summary>The last owner gives it back. Who is alone needs no atomic instruction to know.</summary>
    private void LetGo()
    {
        if (Fence.Read(in _owners) == 1 || Interlocked.Decrement(ref _owners) == 0) Recycle(newTag: true);
    }

    private void Recycle(bool newTag)
    {
        if (newTag) Tag = _pool.NextTag(Tag);
        Fence.Write(ref _word, Word(VersionOf(_word) + 1, Free));
        _pool.Recycle(this);
    }

    /// <summary>The outcome is delivered when it is decided and posting is over, whichever came last.</summary>
    private void EndPhase()
    {
        if (Fence.Read(in _phases) == 1 || Interlocked.Decrement(ref _phases) == 0) _pool.Deliver(this);
    }
}
