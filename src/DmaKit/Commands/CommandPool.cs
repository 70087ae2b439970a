using System.Numerics;
using DmaKit.Platforms;

namespace DmaKit;

/// <summary>
/// Command packets in common buffers, with tags, waiting callers, deadlines, and the rule that nothing is reused which a device may still
/// touch. Packets need no map register, so a driver goes on while every register is taken.
/// </summary>
/// <typeparam name="TPacket">The packet's layout, as the device reads it.</typeparam>
/// <typeparam name="TReply">What the driver makes of the device's answer: a value, copied out of shared memory once.</typeparam>
/// <remarks>
/// Safe from any thread; <see cref="TryRent"/> and <see cref="Complete(CommandTag, in TReply, long)"/> are legal in callback context.
/// In the steady state nothing is allocated from renting to the awaited outcome.
/// </remarks>
public sealed partial class CommandPool<TPacket, TReply> : IAsyncDisposable, IPieceOwner, IQuietListener
    where TPacket : unmanaged
    where TReply : unmanaged
{
    private readonly CommonBufferVector _packets;
    private readonly CommandSlot<TPacket, TReply>[] _slots;
    private readonly CommandPoolOptions _options;
    private readonly DmaPlatform _platform;
    private readonly int[] _free;
    private readonly int _indexBits;
    private readonly uint _tagMask;
    private int _freeCount;
    private bool _disposed;

    private CommandPool(DmaAdapter adapter, CommonBufferVector packets, CommandPoolOptions options)
    {
        Adapter = adapter;
        _packets = packets;
        _options = options;
        _platform = adapter.Function.Platform;
        _ticks = _platform.Clock.TimestampFrequency / (double)TimeSpan.TicksPerSecond;
        Name = options.Name ?? $"commands of {adapter.Function.Info.Address}";
        _indexBits = Math.Max(1, BitOperations.Log2((uint)packets.Count - 1) + 1);
        _tagMask = options.TagBits == 32 ? uint.MaxValue : (1u << options.TagBits) - 1;
        _free = new int[packets.Count];
        _slots = new CommandSlot<TPacket, TReply>[packets.Count];
        for (int i = 0; i < _slots.Length; i++) _slots[i] = new CommandSlot<TPacket, TReply>(this, i, packets[i]);

        // The lowest index is handed out first.
        for (int i = 0; i < _free.Length; i++) _free[i] = _free.Length - 1 - i;
        _freeCount = _free.Length;
        _line = new PacketLine(this);
        _timer = adapter.Function.Platform.Clock.CreateTimer(
            static state => ((CommandPool<TPacket, TReply>)state!).CheckDeadlines(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        adapter.Listen(this);
    }

    /// <summary>The adapter whose device gets the packets.</summary>
    public DmaAdapter Adapter { get; }

    /// <summary>The pool's name.</summary>
    public string Name { get; }

    /// <inheritdoc/>
    public bool DeviceOnlyReads => _options.DeviceOnlyReads;

    /// <summary>How many packets there are: what could be had, between what was preferred and the minimum.</summary>
    public int Capacity => _slots.Length;

    /// <summary>The common buffers that the packets lie in.</summary>
    public IReadOnlyList<CommonBuffer> Buffers => _packets.Buffers;

    /// <summary>Makes a pool of as many packets as can be had.</summary>
    /// <param name="adapter">The adapter.</param>
    /// <param name="preferred">How many packets are asked for; more than the device's credits are of no use.</param>
    /// <param name="minimum">How many are needed at least.</param>
    /// <param name="options">Trailing bytes, alignment, tag width; or null.</param>
    /// <exception cref="DmaResourceException">Not even <paramref name="minimum"/> packets can be had.</exception>
    /// <exception cref="DmaMisuseException">Called in callback context.</exception>
    public static CommandPool<TPacket, TReply> CreateUpTo(DmaAdapter adapter, int preferred, int minimum, CommandPoolOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(adapter);
        options ??= new CommandPoolOptions();
        int most = 1 << (options.TagBits - 2);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minimum, most);
        preferred = Math.Min(preferred, most);
        CommonBufferVector packets = CommonBufferVector.Allocate(
            adapter, Native.SizeOf<TPacket>.Bytes + (long)options.TrailingBytes, preferred, minimum,
            new CommonBufferOptions
            {
                Name = options.Name ?? "command packets",
                Alignment = options.Alignment,
                MinimumAddress = options.MinimumAddress,
                MaximumAddress = options.MaximumAddress,
            },
            options.AddressWindow);
        return new CommandPool<TPacket, TReply>(adapter, packets, options);
    }

    /// <summary>Takes a packet, if one is free and nobody waits for one.</summary>
    /// <param name="command">The packet.</param>
    /// <returns>False when there is none: not an error.</returns>
    /// <exception cref="ObjectDisposedException">The pool was disposed.</exception>
    public bool TryRent(out Command<TPacket, TReply> command)
    {
        CommandSlot<TPacket, TReply>? slot = _line.TryTakeNow(holding: false);
        command = slot is null ? default : Hand(slot, null);
        return slot is not null;
    }

    /// <summary>Takes a packet, waiting for one if need be: requests that hold something first, then first come, first served.</summary>
    /// <param name="cancellationToken">Gives up waiting: the call ends as cancelled or with a packet, never both.</param>
    /// <exception cref="DmaMisuseException">Called in callback context.</exception>
    /// <exception cref="ObjectDisposedException">The pool was disposed, before or while waiting.</exception>
    public ValueTask<Command<TPacket, TReply>> RentAsync(CancellationToken cancellationToken = default) => RentCoreAsync(null, cancellationToken);

    /// <summary>Takes a packet for a request, waiting for one if need be: requests that hold something first, then first come, first served.</summary>
    /// <param name="request">The request that the packet serves.</param>
    /// <param name="cancellationToken">Gives up waiting: the call ends as cancelled or with a packet, never both.</param>
    /// <exception cref="DmaDeadlockException">The wait can never end, and the request is the newest of those that wait for each other.</exception>
    /// <inheritdoc cref="RentAsync(CancellationToken)"/>
    public ValueTask<Command<TPacket, TReply>> RentAsync(DmaRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        DmaRequest.Check(request, Adapter.Domain);
        return RentCoreAsync(request, cancellationToken);
    }

    /// <summary>The device gave a tag back, with a reply that the driver has read from a register or a reply frame, once.</summary>
    /// <param name="tag">The tag, not yet judged.</param>
    /// <param name="reply">The reply.</param>
    /// <param name="bytes">How many bytes of its mapping the device transferred, as it claims.</param>
    /// <returns>What the tag was worth. Unknown and stale tags are counted and reported; nothing else happens.</returns>
    public TagVerdict Complete(CommandTag tag, in TReply reply, long bytes)
    {
        var source = new GivenReply(reply, bytes);
        return CompleteWith(tag, ref source);
    }

    /// <summary>The device gave a tag back and answered in the packet: that is copied once, and judged on the copy.</summary>
    /// <param name="tag">The tag, not yet judged.</param>
    /// <param name="reader">Makes the reply from the copy. Use a static lambda.</param>
    /// <returns>What the tag was worth. Unknown and stale tags are counted and reported; nothing else happens.</returns>
    public TagVerdict Complete(CommandTag tag, ReplyReader<TPacket, TReply> reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        var source = new PacketReply(reader);
        return CompleteWith(tag, ref source);
    }

    /// <summary>
    /// Which packet a tag means, for tables of the driver's own that have one entry a packet. It says nothing about whether the tag
    /// is still good. Legal in callback context.
    /// </summary>
    /// <param name="tag">A tag, from a packet or from the device.</param>
    /// <returns>0 to <see cref="Capacity"/> - 1, or -1 for a tag that names no packet.</returns>
    public int IndexOf(CommandTag tag)
    {
        uint index = tag.Wire & ((1u << _indexBits) - 1);
        return index < (uint)_slots.Length && (tag.Wire & ~_tagMask) == 0 ? (int)index : -1;
    }

    /// <summary>Copies the state of each packet, for pictures and live views.</summary>
    /// <param name="states">Where they go, by packet.</param>
    /// <returns>How many were copied.</returns>
    public int CopyStates(Span<CommandState> states)
    {
        int count = Math.Min(states.Length, _slots.Length);
        for (int i = 0; i < count; i++) states[i] = _slots[i].State;
        return count;
    }

    /// <summary>
    /// Ends the use of the pool. Callers who wait for a packet get <see cref="ObjectDisposedException"/>. While packets are out, that is
    /// reported as misuse and their memory goes into quarantine; commands still posted end when the device is quiet.
    /// </summary>
    public ValueTask DisposeAsync()
    {
        if (!_line.TryClose(out int @out)) return ValueTask.CompletedTask;
        EndWaiters(new ObjectDisposedException(nameof(CommandPool<TPacket, TReply>), $"Command pool '{Name}' was disposed while this call waited for a packet."));
        if (@out > 0)
        {
            _platform.Misuse.Report(new MisuseReport(
                "pool-disposed-while-in-use", $"{@out} of {Capacity} command packets are still out. Stop the device, DeclareQuiet, await the commands, then dispose.", Name));
            foreach (CommonBuffer buffer in _packets.Buffers) buffer.DisposeInUse();
            return ValueTask.CompletedTask;
        }

        End();
        _packets.Dispose();
        return ValueTask.CompletedTask;
    }

    private void End()
    {
        _timer.Dispose();
        Adapter.Unlisten(this);
    }

    void IQuietListener.BecameStuck()
    {
        _line.SetStuck(true);
        foreach (CommandSlot<TPacket, TReply> slot in _slots) slot.Abandon(CommandStatus.TimedOut);
        EndWaiters(StuckError());
    }

    void IQuietListener.BecameQuiet(QuietProof proof)
    {
        _line.SetStuck(false);
        CommandStatus status = proof == QuietProof.DeviceGone ? CommandStatus.DeviceLost : CommandStatus.Aborted;
        foreach (CommandSlot<TPacket, TReply> slot in _slots) slot.End(status);
    }

    internal CommandTag FirstTag(int index) => new((1u << _indexBits) | (uint)index);

    /// <summary>The next generation of a slot's tag; 0 is left out, so that a packet full of zeros names no command.</summary>
    internal CommandTag NextTag(CommandTag tag)
    {
        uint next = (tag.Wire + (1u << _indexBits)) & _tagMask;
        return next >> _indexBits == 0 ? new CommandTag(next + (1u << _indexBits)) : new CommandTag(next);
    }

    internal void Recycle(CommandSlot<TPacket, TReply> slot)
    {
        _platform.Observer?.OnReturned(this, new LogicalRange(slot.LogicalAddress, _packets.PieceLength));
        if (slot.Request is { } request)
        {
            slot.Request = null;
            Adapter.Domain.Waits.Give(request, HoldOf(slot));
        }

        if (_line.GiveBack(slot)) _line.GrantInOrder();

        // The last one of a pool that was disposed while packets were out: nothing of it waits for the device any more.
        if (_disposed && _line.Available == Capacity) End();
    }

    private ValueTask<Command<TPacket, TReply>> RentCoreAsync(DmaRequest? request, CancellationToken cancellationToken)
    {
        CallbackContext.Forbid("CommandPool.RentAsync", "use TryRent, which does not wait");
        cancellationToken.ThrowIfCancellationRequested();
        if (request is null && Adapter.Domain.Delays is null && _line.TryTakeNow(holding: false) is { } slot) return new ValueTask<Command<TPacket, TReply>>(Hand(slot, null));
        RentWaiter waiter = TakeIdleWaiter();
        waiter.Prepare(request);
        if (Adapter.Domain.Waits.TakeOrQueue(waiter))
        {
            Command<TPacket, TReply> command = Hand(waiter.Slot, request);
            Recycle(waiter);
            return new ValueTask<Command<TPacket, TReply>>(command);
        }

        waiter.CancelWith(cancellationToken);
        return new ValueTask<Command<TPacket, TReply>>(waiter, waiter.Version);
    }

    private TagVerdict CompleteWith<TSource>(CommandTag tag, ref TSource source) where TSource : struct, IReplySource<TPacket, TReply>
    {
        int index = IndexOf(tag);
        TagVerdict verdict = index >= 0 ? _slots[index].Complete(tag, ref source) : TagVerdict.Unknown;
        if (verdict != TagVerdict.Accepted) NoteVerdict(tag, verdict);
        return verdict;
    }

    /// <summary>Under the gate.</summary>
    private CommandSlot<TPacket, TReply>? TakeFree() => _freeCount == 0 ? null : _slots[_free[--_freeCount]];

    private Hold HoldOf(CommandSlot<TPacket, TReply> slot) => new(_line, slot.Index, 1);

    private Command<TPacket, TReply> Hand(CommandSlot<TPacket, TReply> slot, DmaRequest? request)
    {
        // Looked at first: storing a reference costs more.
        if (slot.Request != request) slot.Request = request;
        _platform.Observer?.OnRented(this, new LogicalRange(slot.LogicalAddress, _packets.PieceLength));
        return slot.Rent();
    }

    private readonly struct GivenReply(TReply reply, long given) : IReplySource<TPacket, TReply>
    {
        public TReply Make(CommandSlot<TPacket, TReply> slot, out long bytes)
        {
            bytes = given;
            return reply;
        }
    }

    private readonly struct PacketReply(ReplyReader<TPacket, TReply> reader) : IReplySource<TPacket, TReply>
    {
        public TReply Make(CommandSlot<TPacket, TReply> slot, out long bytes) => reader(slot.ReadPacket(), out bytes);
    }
}
