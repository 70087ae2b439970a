using System.Threading.Tasks.Sources;
using DmaKit.Native;
using DmaKit.Platforms;

namespace DmaKit;

/// <summary>What is behind a <see cref="Command{TPacket, TReply}"/>: a packet, its tag, and the awaited result. Reused; nothing is allocated a command.</summary>
/// <remarks>
/// <para>States change by compare-and-swap only: <c>Free - Prepared - Posting - Posted - Done</c>, with two ways round for a command
/// that overstays: <c>Posted - Overdue - Done</c> when data is mapped where it lies, so that the caller must wait for the device, and
/// <c>Posted - Orphaned - Done</c> when the caller can go at once.</para>
/// <para>The slot is free again when both its owners have let go: the device (its tag came back, or it is quiet) and the caller (took the outcome).</para>
/// </remarks>
internal sealed class CommandSlot<TPacket, TReply> : IValueTaskSource<CommandOutcome<TReply>>, IThreadPoolWorkItem
    where TPacket : unmanaged
    where TReply : unmanaged
{
    private const int Free = 0, Prepared = 1, Posting = 2, Posted = 3, Overdue = 4, Orphaned = 5, Done = 6, Expiring = 7;

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
    private long _version = 1;
    private long _deadline;
    private int _state;
    private int _phases;
    private int _owners;
    private bool _hasReply;

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

    public CommandState State => _state switch
    {
        Free => CommandState.Free,
        Prepared or Posting => CommandState.Prepared,
        Posted or Overdue or Expiring => CommandState.Posted,
        Orphaned => CommandState.Quarantined,
        _ => CommandState.Completed,
    };

    /// <summary>When the device's time is over, as a timestamp; <see cref="long.MaxValue"/> for never.</summary>
    public long Deadline => _state == Posted ? Interlocked.Read(ref _deadline) : long.MaxValue;

    public bool IsPrepared(long version) => _state == Prepared && Interlocked.Read(ref _version) == version;

    public TPacket ReadPacket() => _piece.Read<TPacket>(0);

    public void WritePacket(in TPacket packet) => _piece.Write(0, packet);

    /// <summary>The pool hands it out.</summary>
    public Command<TPacket, TReply> Rent()
    {
        Interlocked.Exchange(ref _state, Prepared);
        return new Command<TPacket, TReply>(this, _version);
    }

    public void ReturnUnposted(long version)
    {
        if (Interlocked.Read(ref _version) != version || Interlocked.CompareExchange(ref _state, Posting, Prepared) != Prepared) return;
        Recycle(newTag: false);
    }

    public ValueTask<CommandOutcome<TReply>> PostAsync(
        long version, DmaMapping mapping, RegisterWindow? registers, long offset, ICommandDoorbell? doorbell, TimeSpan timeout, CancellationToken token)
    {
        if (timeout <= TimeSpan.Zero && timeout != Timeout.InfiniteTimeSpan)
            throw new ArgumentOutOfRangeException(nameof(timeout), timeout, "A command's time is positive, or Timeout.InfiniteTimeSpan.");
        if (!mapping.IsEmpty && mapping.Slot is null)
            throw mapping.PostedTwice();
        if (Interlocked.Read(ref _version) != version || Interlocked.CompareExchange(ref _state, Posting, Prepared) != Prepared)
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
            Interlocked.Exchange(ref _state, Prepared);
            throw;
        }

        (_reply, _bytes, _hasReply, _phases, _owners) = (default, 0, false, 2, 2);
        _result.Reset();
        _result.RunContinuationsAsynchronously = false;
        mapping.MarkPosted();
        Interlocked.Exchange(ref _deadline, _pool.DeadlineOf(timeout));
        Interlocked.Exchange(ref _state, Posted);
        _pool.NotePosted(this);
        short resultVersion = _result.Version;
        try
        {
            if (doorbell is not null) doorbell.Ring(LogicalAddress, Tag);
            else registers!.Write32(offset, LogicalAddress.LowHalf);
        }
        catch (DeviceLostException)
        {
            End(CommandStatus.DeviceLost);
        }
        catch when (Interlocked.CompareExchange(ref _state, Posting, Posted) == Posted)
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
            End(CommandStatus.Aborted);
            EndPhase();
            return new ValueTask<CommandOutcome<TReply>>(this, resultVersion);
        }

        // After the doorbell, so that who gives up aborts a command that the device has.
        _pool.Arm(_deadline);
        _cancellation = token.UnsafeRegister(static state => ((CommandSlot<TPacket, TReply>)state!).Expire(CommandStatus.Cancelled), this);
        EndPhase();
        return new ValueTask<CommandOutcome<TReply>>(this, resultVersion);
    }

    /// <summary>The device gave the tag back. The reply is made only for a command that is accepted.</summary>
    public TagVerdict Complete<TSource>(CommandTag tag, ref TSource source) where TSource : struct, IReplySource<TPacket, TReply>
    {
        int held = tag == Tag ? Claim() : Free;
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

    /// <summary>Time ran out, or the caller gave up. Bounced data lets the caller go; data mapped where it lies keeps him.</summary>
    public void Expire(CommandStatus why)
    {
        // While it is being orphaned, nobody else may take it: who comes meanwhile waits the few instructions that takes.
        if (Interlocked.CompareExchange(ref _state, Expiring, Posted) != Posted) return;
        MappingSlot? data = _mapping.Slot;
        bool mustWait = data is not null && data.DirectBytes > 0;
        _status = why;
        if (!mustWait)
        {
            if (data is not null && data.Orphan(_mapping.Generation)) _orphanedData = data;
            _kept = _pool.Keep(this, _orphanedData, why);
            _mapping = default;
            _pool.NoteUnposted();
        }

        Interlocked.Exchange(ref _state, mustWait ? Overdue : Orphaned);
        _pool.NoteOverdue(this, why);
        if (!mustWait) EndPhase();
    }

    /// <summary>The device is known to be quiet, or gone: what it had ends.</summary>
    public void End(CommandStatus status)
    {
        int held = Claim();
        if (held == Orphaned) LetGoOfOrphan();
        if (held is not (Posted or Overdue)) return;
        if (held == Posted) _status = status;
        Decide();
    }

    void IThreadPoolWorkItem.Execute()
    {
        _cancellation.Dispose();
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
        _pool.NoteEnded(this, _status, _hasReply);
        _result.SetResult(new CommandOutcome<TReply>(_status, _reply, _hasReply, _bytes));
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

    /// <summary>Takes from the device what it has: for one caller only, and once.</summary>
    /// <returns>How it had it (<see cref="Posted"/>, <see cref="Overdue"/>, <see cref="Orphaned"/>), or <see cref="Free"/> when it had nothing.</returns>
    private int Claim()
    {
        var spin = default(SpinWait);
        while (true)
        {
            int state = Interlocked.CompareExchange(ref _state, 0, 0);
            if (state == Expiring) spin.SpinOnce(sleep1Threshold: -1);
            else if (state is not (Posted or Overdue or Orphaned)) return Free;
            else if (Interlocked.CompareExchange(ref _state, Done, state) == state) return state;
        }
    }

    /// <summary>The device let go, and the caller may have the outcome.</summary>
    private void Decide()
    {
        Interlocked.Decrement(ref _owners);
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

    private void LetGo()
    {
        if (Interlocked.Decrement(ref _owners) == 0) Recycle(newTag: true);
    }

    private void Recycle(bool newTag)
    {
        Interlocked.Increment(ref _version);
        if (newTag) Tag = _pool.NextTag(Tag);
        Interlocked.Exchange(ref _state, Free);
        _pool.Recycle(this);
    }

    /// <summary>The outcome is delivered when it is decided and posting is over, whichever came last.</summary>
    private void EndPhase()
    {
        if (Interlocked.Decrement(ref _phases) == 0) _pool.Adapter.Function.Platform.Continuations.Schedule(this);
    }
}
