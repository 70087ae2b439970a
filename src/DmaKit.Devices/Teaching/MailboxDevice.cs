namespace DmaKit.Devices;

/// <summary>
/// The smallest adapter that is driven by command packets: the driver writes a packet into common buffer and its address into a
/// register, the device works, interrupts, and gives the driver's context back in another register. It keeps its state and the
/// links of its queue in the scratch words of the packets themselves.
/// </summary>
/// <remarks>
/// <para>
/// A device of this project; there is none in the world. Its ids, DA0A:0001, are not registered with anybody. BAR 0 (memory, 4 KiB)
/// takes accesses of 4 bytes, and of 8 bytes at 0x10. The packet is described in <c>docs/devices/mailbox.md</c>.
/// </para>
/// <list type="table">
/// <item><term>0x00, read</term><description>id 0x584F424D, "MBOX"</description></item>
/// <item><term>0x04, read</term><description>7:0 most elements, bit 8 needs contiguous data, bit 9 needs page-aligned elements</description></item>
/// <item><term>0x08, read</term><description>how many packets may be with the device at once: 256</description></item>
/// <item><term>0x0C, read</term><description>the device's own memory in bytes: 1 MiB</description></item>
/// <item><term>0x10, write</term><description>low half of a packet's address; posts it. With 8 bytes, the whole address</description></item>
/// <item><term>0x14</term><description>high half of a packet's address; stays until written again</description></item>
/// <item><term>0x18, read</term><description>the context of the packet that completed longest ago; all ones when there is none, which alone ends the completion interrupt</description></item>
/// <item><term>0x1C</term><description>control: bit 0 run, bit 1 interrupt for completions, bit 2 interrupt for errors; 0 after a reset</description></item>
/// <item><term>0x20, read</term><description>causes: bit 0 completion, bit 1 error</description></item>
/// <item><term>0x24</term><description>the last error; any write clears it and its cause</description></item>
/// <item><term>0x28, write</term><description>bit 0 resets the device: the queue is forgotten, packets are not touched again</description></item>
/// <item><term>0x2C, read</term><description>how many packets are queued</description></item>
/// <item><term>0x30, 0x34, read</term><description>the address of the packet that the last error is about</description></item>
/// </list>
/// </remarks>
/// <param name="options">What can be chosen; null for the defaults.</param>
public sealed partial class MailboxDevice(MailboxOptions? options = null) : DeviceModel
{
    private const uint Id = 0x584F424D;
    private const int QueueDepth = 256;
    private const int MemoryLength = 1 << 20;

    private const uint Run = 0x1;
    private const uint AllControl = 0x7;
    private const uint CompletionCause = 0x1;
    private const uint ErrorCause = 0x2;

    private static readonly DeviceIdentity MailboxIdentity = new()
    {
        VendorId = 0xDA0A,
        DeviceId = 0x0001,
        ClassCode = 0x088000,
        Revision = 1,
        Description = "mailbox",
        Bars = [new BarSpecification(0, 4096)],
        MessageVectors = 1,
    };

    private readonly MailboxOptions _options = options ?? new MailboxOptions();
    private readonly WorkTally _tally = new();
    private readonly InterruptOutput _interrupt = new();
    private readonly Queue<uint> _completed = new(QueueDepth);
    private uint _addressHigh;
    private uint _control;
    private uint _causes;
    private MailboxError _error;
    private ulong _errorPacket;

    /// <inheritdoc/>
    public override DeviceIdentity Identity => MailboxIdentity;

    /// <inheritdoc/>
    /// <remarks>Commands are packets done or rejected; doorbells are packets posted.</remarks>
    public override DeviceCounters Counters => _tally.Snapshot;

    private uint Capabilities =>
        (_options.NeedsContiguous ? 1u | 1u << 8 : MailboxPacket.MostElements) | (_options.NeedsPageAligned ? 1u << 9 : 0);

    /// <inheritdoc/>
    public override ulong Read(int bar, long offset, int size)
    {
        if (bar != 0 || size != 4) return size >= 8 ? ulong.MaxValue : (1UL << (8 * size)) - 1;
        return offset switch
        {
            0x00 => Id,
            0x04 => Capabilities,
            0x08 => QueueDepth,
            0x0C => MemoryLength,
            0x14 => _addressHigh,
            0x18 => TakeCompleted(),
            0x1C => _control,
            0x20 => _causes,
            0x24 => (uint)_error,
            0x2C => (uint)_queued,
            0x30 => (uint)_errorPacket,
            0x34 => (uint)(_errorPacket >> 32),
            _ => 0,
        };
    }

    /// <inheritdoc/>
    public override void Write(int bar, long offset, int size, ulong value)
    {
        if (bar != 0 || (size != 4 && !(size == 8 && offset == 0x10))) return;
        uint word = (uint)value;
        switch (offset)
        {
            case 0x10:
                if (size == 8) _addressHigh = (uint)(value >> 32);
                Post((ulong)_addressHigh << 32 | word);
                break;
            case 0x14:
                _addressHigh = word;
                break;
            case 0x1C:
                _control = word & AllControl;
                UpdateInterrupt();
                AskForTurn();
                break;
            case 0x24:
                _error = MailboxError.None;
                _errorPacket = 0;
                SetCause(ErrorCause, set: false);
                break;
            case 0x28 when (word & 1) != 0:
                Reset();
                break;
        }
    }

    /// <inheritdoc/>
    public override void Reset()
    {
        Port.CancelWork();
        ForgetQueue();
        _completed.Clear();
        Array.Clear(_memory);
        (_addressHigh, _control, _causes) = (0, 0, 0);
        (_error, _errorPacket) = (MailboxError.None, 0);
        UpdateInterrupt();
    }

    private uint TakeCompleted()
    {
        if (_completed.TryDequeue(out uint context)) return context;
        SetCause(CompletionCause, set: false);
        return MailboxPacket.NoContext;
    }

    private void Report(MailboxError error, ulong packet)
    {
        (_error, _errorPacket) = (error, packet);
        SetCause(ErrorCause, set: true);
    }

    private void SetCause(uint cause, bool set)
    {
        if (set) _causes |= cause;
        else _causes &= ~cause;
        UpdateInterrupt();
    }

    /// <summary>A cause that becomes active sends a message; the line is up while any is. Bits 1 and 2 of control enable causes 0 and 1.</summary>
    private void UpdateInterrupt() => _interrupt.Update(_causes & _control >> 1, Port, _tally);
}
