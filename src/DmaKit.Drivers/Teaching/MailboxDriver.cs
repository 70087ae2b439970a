using DmaKit.Platforms;

namespace DmaKit.Drivers;

/// <summary>
/// A driver for the mailbox device: the smallest whole driver with command packets. It copies to, copies from, fills and sums up the device's
/// memory, with many packets at once.
/// </summary>
/// <remarks>
/// Safe from any thread. A packet that takes too long makes it reset the device, which is the only thing that makes the device let go of
/// a packet; packets of others that the reset ended are sent again, for as long as a packet may take. Source of registers and packet: docs/devices/mailbox.md.
/// </remarks>
public sealed class MailboxDriver : IAsyncDisposable, ICommandSupervisor
{
    private const long Id = 0x00, Capabilities = 0x04, QueueDepth = 0x08, MemoryLength = 0x0C;
    private const long PacketLow = 0x10, PacketHigh = 0x14, Completed = 0x18, Control = 0x1C, Reset = 0x28;
    private const long WindowLength = 0x38;
    private const uint ExpectedId = 0x584F424D, NoContext = uint.MaxValue, Run = 0x1, InterruptOnCompletion = 0x2;
    private const uint NeedsContiguous = 0x100, NeedsPages = 0x200;
    private const int BlockLength = 4096;
    private const ushort Read = 1, Write = 2, Fill = 3, Checksum = 4;

    private static readonly ReplyReader<MailboxPacket, MailboxResult> s_readResult = static (in packet, out bytes) =>
    {
        bytes = packet.Transferred;
        return new MailboxResult((MailboxStatus)packet.Status, packet.Value);
    };

    private readonly RegisterWindow _registers;
    private readonly DmaAdapter _adapter;
    private readonly CommandPool<MailboxPacket, MailboxResult> _packets;
    private readonly BlockPool _blocks;
    private readonly Coalescer _coalescer;
    private readonly InterruptRegistration _registration;
    private readonly TimeSpan _timeout;
    private readonly Lock _gate = new();
    private MailboxDoorbell _doorbell;

    private MailboxDriver(PciFunction function, RegisterWindow registers, int packets, TimeSpan timeout)
    {
        _registers = registers;
        _timeout = timeout;
        uint capabilities = registers.Read32(Capabilities);
        int elements = (int)(capabilities & 0xFF);
        uint depth = registers.Read32(QueueDepth);
        if (elements == 0 || depth == 0)
            throw new DmaException($"{function.Info.Address} says that it takes {elements} elements a packet and {depth} packets at a time; a mailbox device takes 1 or more of both.");
        Length = registers.Read32(MemoryLength);
        _adapter = function.CreateAdapter(new DmaConstraints
        {
            ScatterGather = (capabilities & NeedsContiguous) == 0,
            MaxElements = Math.Min(elements, MailboxElements.Capacity),
            ElementAlignment = (capabilities & NeedsPages) != 0 ? 4096 : 1,
        });

        try
        {
            // The device takes the upper half of packet addresses once, so that all packets lie in one window of 4 GiB.
            _packets = CommandPool<MailboxPacket, MailboxResult>.CreateUpTo(
                _adapter, (int)Math.Min((uint)packets, depth), 1, new CommandPoolOptions { AddressWindow = 1L << 32, Supervisor = this });

            // What the device does not take as it is, such as too many fragments or some that start within a page, is copied here.
            _blocks = BlockPool.AllocateUpTo(_adapter, BlockLength, packets, 1, new BlockPoolOptions { Name = "mailbox blocks" });
            _coalescer = new Coalescer(_blocks);
            _doorbell = Begin();
            _registration = function.Interrupts[0].Handle(OnInterrupt);
        }
        catch
        {
            // No packet was posted: the pool's end waits for nothing.
            _blocks?.Dispose();
            _packets?.DisposeAsync().AsTask().GetAwaiter().GetResult();
            throw;
        }
    }

    /// <summary>The length of the device's memory in bytes.</summary>
    public long Length { get; }

    /// <summary>How many packets there are: what was asked for, or what the memory had room for.</summary>
    public int Packets => _packets.Capacity;

    /// <summary>How often the device was reset because a packet took too long.</summary>
    public int Resets { get; private set; }

    /// <summary>What was copied of chains that the device could not take as they were.</summary>
    public CoalescerStatistics Coalescing => _coalescer.Statistics;

    /// <summary>What the packets' pool counted.</summary>
    public CommandPoolStatistics Statistics => _packets.Statistics;

    /// <summary>Resets the device and starts it.</summary>
    /// <param name="function">The open function; it stays the caller's.</param>
    /// <param name="packets">How many packets to have, 1 or more.</param>
    /// <param name="timeout">How long a packet may take; 5 seconds when null.</param>
    /// <exception cref="DmaException">The function is no mailbox device, or there is no common buffer for it.</exception>
    public static MailboxDriver Start(PciFunction function, int packets = 64, TimeSpan? timeout = null)
    {
        ArgumentNullException.ThrowIfNull(function);
        RegisterWindow registers = function.MapRegisters(0, WindowLength);
        function.FirstInterrupt();
        uint id = registers.Read32(Id);
        if (id != ExpectedId) throw new DmaException($"{function.Info.Address} is no mailbox device: its id is 0x{id:X8}, not 0x{ExpectedId:X8}.");
        function.BusMaster = true;
        registers.Write32(Reset, 1);
        return new MailboxDriver(function, registers, packets, timeout ?? TimeSpan.FromSeconds(5));
    }

    /// <summary>Copies bytes into the device's memory.</summary>
    /// <param name="offset">Where in the device's memory, in bytes.</param>
    /// <param name="data">The bytes.</param>
    /// <param name="cancellationToken">Gives up; data that lies where the device reaches it keeps the call until the device let go of it.</param>
    /// <exception cref="MailboxException">The device refused, or did not answer.</exception>
    public async ValueTask WriteAsync(long offset, ReadOnlyMemory<byte> data, CancellationToken cancellationToken = default)
    {
        while (!data.IsEmpty)
        {
            int moved = (int)(await SendAsync(Write, offset, 0, 0, default, data, cancellationToken).ConfigureAwait(false)).Bytes;
            (offset, data) = (offset + moved, data[moved..]);
        }
    }

    /// <summary>Copies bytes out of the device's memory.</summary>
    /// <inheritdoc cref="WriteAsync(long, ReadOnlyMemory{byte}, CancellationToken)"/>
    public async ValueTask ReadAsync(long offset, Memory<byte> data, CancellationToken cancellationToken = default)
    {
        while (!data.IsEmpty)
        {
            int moved = (int)(await SendAsync(Read, offset, 0, 0, data, default, cancellationToken).ConfigureAwait(false)).Bytes;
            (offset, data) = (offset + moved, data[moved..]);
        }
    }

    /// <summary>Copies a chain of buffers into the device's memory: with one packet, if the device takes it or it can be made to.</summary>
    /// <param name="offset">Where in the device's memory, in bytes.</param>
    /// <param name="data">The chain, or a range of it.</param>
    /// <param name="cancellationToken">Gives up; data that lies where the device reaches it keeps the call until the device let go of it.</param>
    /// <exception cref="MailboxException">The device refused, or did not answer.</exception>
    public ValueTask WriteAsync(long offset, ChainRange data, CancellationToken cancellationToken = default) => MoveAsync(Write, offset, data, cancellationToken);

    /// <summary>Copies bytes out of the device's memory into a chain of buffers.</summary>
    /// <inheritdoc cref="WriteAsync(long, ChainRange, CancellationToken)"/>
    public ValueTask ReadAsync(long offset, ChainRange data, CancellationToken cancellationToken = default) => MoveAsync(Read, offset, data, cancellationToken);

    /// <summary>Fills a part of the device's memory with one byte.</summary>
    /// <param name="offset">Where, in bytes.</param>
    /// <param name="length">How many bytes.</param>
    /// <param name="value">With what.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="MailboxException">The device refused, or did not answer.</exception>
    public async ValueTask FillAsync(long offset, long length, byte value, CancellationToken cancellationToken = default) =>
        await SendAsync(Fill, offset, length, value, default, default, cancellationToken).ConfigureAwait(false);

    /// <summary>The Adler-32 checksum of a part of the device's memory.</summary>
    /// <param name="offset">Where, in bytes.</param>
    /// <param name="length">How many bytes.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="MailboxException">The device refused, or did not answer.</exception>
    public async ValueTask<uint> ChecksumAsync(long offset, long length, CancellationToken cancellationToken = default) =>
        (await SendAsync(Checksum, offset, length, 0, default, default, cancellationToken).ConfigureAwait(false)).Reply.Value;

    /// <summary>Stops the device by its reset, and gives the memory back. Await what is in flight before.</summary>
    public async ValueTask DisposeAsync()
    {
        await _registration.DisposeAsync().ConfigureAwait(false);
        lock (_gate)
        {
            try
            {
                Stop();
            }
            catch (DeviceLostException)
            {
                // Gone is quiet, too.
            }
        }

        await _packets.DisposeAsync().ConfigureAwait(false);
        _blocks.Dispose();
        await _adapter.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>A packet took too long: the reset makes the device let go of it, and of all others.</summary>
    void ICommandSupervisor.OnOverdue(CommandTag tag, LogicalAddress packet, CommandStatus why)
    {
        lock (_gate)
        {
            // Several may be overdue at once; the first one's reset served them all.
            CommandPoolStatistics now = _packets.Statistics;
            if (now.Posted + now.Quarantined == 0) return;
            Resets++;
            try
            {
                Stop();
                _doorbell = Begin();
            }
            catch (DeviceLostException)
            {
                // The platform ends every packet that is out.
            }
        }
    }

    private async ValueTask MoveAsync(ushort opcode, long offset, ChainRange data, CancellationToken cancellationToken)
    {
        while (data.Length > 0)
        {
            long moved = (await SendAsync(opcode, offset, 0, 0, default, default, cancellationToken, data).ConfigureAwait(false)).Bytes;
            (offset, data) = (offset + moved, data with { Offset = data.Offset + moved, Length = data.Length - moved });
        }
    }

    private async ValueTask<CommandOutcome<MailboxResult>> SendAsync(
        ushort opcode, long offset, long length, uint argument, Memory<byte> into, ReadOnlyMemory<byte> from, CancellationToken cancellationToken, ChainRange chain = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        TimeProvider clock = _adapter.Function.Platform.Clock;
        long started = clock.GetTimestamp();
        while (true)
        {
            // The packet first and map registers second, always.
            using Command<MailboxPacket, MailboxResult> packet = await _packets.RentAsync(cancellationToken).ConfigureAwait(false);
            using DmaMapping mapping = chain.Length > 0 ? (await MapAsync(opcode, chain, cancellationToken).ConfigureAwait(false)).Mapping
                : !into.IsEmpty ? (await _adapter.MapUpToAsync(into, DmaDirection.FromDevice, 1, cancellationToken).ConfigureAwait(false)).Mapping
                : !from.IsEmpty ? (await _adapter.MapUpToAsync(from, 1, cancellationToken).ConfigureAwait(false)).Mapping
                : default;
            packet.Packet = Describe(opcode, packet.Tag, offset, mapping.IsEmpty ? length : mapping.Length, argument, mapping.Elements);
            CommandOutcome<MailboxResult> outcome;
            try
            {
                outcome = await packet.PostAsync(mapping, _doorbell, _timeout, cancellationToken).ConfigureAwait(false);
            }
            catch (MailboxDoorbellClosedException)
            {
                continue;
            }

            if (outcome.Status == CommandStatus.Cancelled) throw new OperationCanceledException(cancellationToken);
            if (outcome is { HasReply: true, Reply.Status: MailboxStatus.Success }) return outcome;

            // Ended by a reset for another packet's sake: sent once more, but not for longer than a packet may take, or those who give up could keep it for ever.
            if (outcome.Status == CommandStatus.Aborted && clock.GetElapsedTime(started) < _timeout) continue;
            throw new MailboxException(outcome.Reply.Status, outcome.Status);
        }
    }

    private ValueTask<PartialMapping> MapAsync(ushort opcode, ChainRange chain, CancellationToken cancellationToken) => _adapter.MapUpToAsync(
        chain, opcode == Read ? DmaDirection.FromDevice : DmaDirection.ToDevice, 1, new MappingOptions { Coalescer = _coalescer }, cancellationToken);

    private static MailboxPacket Describe(ushort opcode, CommandTag tag, long offset, long length, uint argument, ReadOnlySpan<DmaElement> elements)
    {
        var packet = new MailboxPacket
        {
            Opcode = opcode,
            ElementCount = (ushort)elements.Length,
            Context = tag.Wire,
            DeviceOffset = (uint)Math.Min(offset, uint.MaxValue),
            Length = (uint)Math.Min(length, uint.MaxValue),
            Argument = argument,
        };
        for (int i = 0; i < elements.Length; i++)
            packet.Elements[i] = new MailboxElement { Address = elements[i].Address.Value, Length = (uint)elements[i].Length };
        return packet;
    }

    /// <summary>Takes contexts until there is none. Under the gate, so that none is taken before a reset and looked at after it.</summary>
    private bool OnInterrupt(in CallbackContext context)
    {
        lock (_gate)
        {
            bool any = false;
            try
            {
                while (_registers.Read32(Completed) is var tag and not NoContext)
                {
                    any = true;
                    _packets.Complete(CommandTag.FromWire(tag), s_readResult);
                }
            }
            catch (DeviceLostException)
            {
                // The platform ends every packet that is out.
            }

            return any;
        }
    }

    /// <summary>Lets the device run, fresh from its reset.</summary>
    private MailboxDoorbell Begin()
    {
        _registers.Write32(PacketHigh, _packets.Buffers[0].LogicalAddress.High32);
        _registers.Write32(Control, Run | InterruptOnCompletion);
        return new MailboxDoorbell(_registers, PacketLow, _gate);
    }

    private void Stop()
    {
        _doorbell.Close();
        _registers.Write32(Reset, 1);
        _adapter.DeclareQuiet();
    }
}
