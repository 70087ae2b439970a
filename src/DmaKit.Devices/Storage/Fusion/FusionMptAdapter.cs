namespace DmaKit.Devices;

/// <summary>
/// An LSI SAS1068 with up to eight disks: the adapter that takes the address of a command packet in a register, interrupts, and
/// gives the driver's own context back. A register-level model in the language of Fusion MPT, which QEMU has as <c>mptsas1068</c>.
/// </summary>
/// <remarks>
/// <para>
/// BAR 0 (I/O, 256 bytes) and BAR 1 (memory, 16 KiB) show the same registers, which take accesses of 4 bytes; BAR 2 (memory, 64 KiB)
/// is there and empty.
/// </para>
/// <list type="table">
/// <item><term>0x00 doorbell</term><description>state and fault code, reset (0x40 in the top byte), handshake messages</description></item>
/// <item><term>0x04, 0x08</term><description>the key sequence before the diagnostic register, and that register: bit 7 open, bit 2 reset</description></item>
/// <item><term>0x30 interrupt status</term><description>bit 3 a reply waits, bit 0 doorbell; any write acknowledges the doorbell</description></item>
/// <item><term>0x34 interrupt mask</term><description>bits 3 and 0; 9 after a reset</description></item>
/// <item><term>0x40 request queue</term><description>write: the low half of a request frame's address; bits 1:0 are ignored</description></item>
/// <item><term>0x44 reply queue</term><description>read: a reply, or all ones, which alone ends the reply interrupt. Write: a free reply frame</description></item>
/// </list>
/// <para>
/// Requests are fetched and commands run in turns of their own, in pieces of at most 1 MiB, so that register accesses get in
/// between. Commands of one disk run in the order in which they were posted. What the adapter cannot tell the driver in a reply puts it in
/// the fault state, in which it touches no memory: recover by a reset. Each reset resets the disks too.
/// </para>
/// <para>Where the platform refuses memory: data ends the command with IOCStatus 0x0046, a list segment with 0x0004, a sense buffer leaves
/// the sense out (SCSIState 2), a request frame is fault 0x8112, a reply frame fault 0x8114.</para>
/// <para>Sources: the public MPI 1.5 headers, and measurements on QEMU's model.</para>
/// </remarks>
public sealed partial class FusionMptAdapter : DeviceModel
{
    /// <summary>The most disks.</summary>
    public const int MostTargets = 8;

    private const uint StateReady = 0x1000_0000;
    private const uint StateOperational = 0x2000_0000;
    private const uint StateFault = 0x4000_0000;

    private const uint ReplyCause = 0x8;
    private const uint DoorbellCause = 0x1;
    private const uint AllCauses = ReplyCause | DoorbellCause;

    private static readonly DeviceIdentity FusionIdentity = new()
    {
        VendorId = 0x1000,
        DeviceId = 0x0054,
        ClassCode = 0x010000,
        Description = "Fusion MPT SAS1068",
        Bars = [new BarSpecification(0, 256, IsIo: true), new BarSpecification(1, 0x4000), new BarSpecification(2, 0x10000)],
        MessageVectors = 1,
    };

    private readonly FusionMptOptions _options;
    private readonly FusionTarget?[] _targets = new FusionTarget?[MostTargets];
    private readonly WorkTally _tally = new();
    private readonly InterruptOutput _interrupt = new();
    private readonly DiagnosticLock _diagnostic = new();
    private readonly MessageFifo _requests = new();
    private readonly MessageFifo _freeFrames = new();
    private readonly MessageFifo _replies = new();

    private uint _state;
    private uint _faultCode;
    private uint _causes;
    private uint _mask;

    /// <summary>Makes an adapter. Nothing is pending; each disk has a unit attention to report.</summary>
    /// <param name="disks">The disks, by target id; null where there is none. At most eight. Disposed with the adapter.</param>
    /// <param name="options">What can be chosen; null for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">More than eight disks.</exception>
    /// <exception cref="ArgumentException">The same disk twice.</exception>
    public FusionMptAdapter(IReadOnlyList<ScsiDisk?> disks, FusionMptOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(disks);
        if (disks.Count > MostTargets)
            throw new ArgumentOutOfRangeException(nameof(disks), disks.Count, $"{disks.Count} disks; legal: at most {MostTargets}.");
        for (int id = 0; id < disks.Count; id++)
        {
            if (disks[id] is not { } disk) continue;
            if (Array.Exists(_targets, target => ReferenceEquals(target?.Disk, disk)))
                throw new ArgumentException($"The disk of target {id} is on the adapter already.", nameof(disks));
            _targets[id] = new FusionTarget(disk);
        }

        _options = options ?? new FusionMptOptions();
        for (int i = 0; i < MostCommands; i++) _idle.Push(new FusionCommand());
        _turn = Turn;
        _delayOver = DelayOver;
    }

    /// <inheritdoc/>
    public override DeviceIdentity Identity => FusionIdentity;

    /// <inheritdoc/>
    /// <remarks>Commands are SCSI commands answered, well or not; doorbells are requests posted to the queue.</remarks>
    public override DeviceCounters Counters => _tally.Snapshot;

    /// <inheritdoc/>
    public override ulong Read(int bar, long offset, int size)
    {
        if (size != 4) return size >= 8 ? ulong.MaxValue : (1UL << (8 * size)) - 1;
        if (bar is not (0 or 1)) return bar == 2 ? 0 : uint.MaxValue;
        return offset switch
        {
            0x00 => ReadDoorbell(),
            0x08 => _diagnostic.IsOpen ? 0x80u : 0,
            0x30 => _causes,
            0x34 => _mask,
            0x44 => TakeReply(),
            _ => 0,
        };
    }

    /// <inheritdoc/>
    public override void Write(int bar, long offset, int size, ulong value)
    {
        if (size != 4 || bar is not (0 or 1)) return;
        uint word = (uint)value;
        switch (offset)
        {
            case 0x00:
                WriteDoorbell(word);
                break;
            case 0x04:
                _diagnostic.Write(word);
                break;
            case 0x08 when _diagnostic.IsOpen && (word & 0x4) != 0:
                Reset();
                break;
            case 0x30:
                AcknowledgeDoorbell();
                break;
            case 0x34:
                _mask = word & AllCauses;
                UpdateInterrupt();
                break;
            case 0x40:
                PostRequest(word & ~3u);
                break;
            case 0x44:
                if (_state != StateFault && !_freeFrames.TryAdd(word & ~1u)) EnterFault(FusionFault.NoResources);
                break;
        }
    }

    /// <inheritdoc/>
    public override void Reset()
    {
        _diagnostic.Close();
        ResetUnit();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        foreach (FusionTarget? target in _targets) target?.Disk.Dispose();
    }

    /// <summary>Message unit reset: everything but the diagnostic lock.</summary>
    private void ResetUnit()
    {
        Port.CancelWork();
        ForgetCommands();
        _freeFrames.Clear();
        _replies.Clear();
        _state = StateReady;
        _faultCode = 0;
        _mask = AllCauses;
        _causes = 0;
        ForgetHandshake();
        ForgetInit();
        UpdateInterrupt();
        foreach (FusionTarget? target in _targets) target?.Disk.Reset();
    }

    private void PostRequest(uint low)
    {
        _tally.DoorbellRung();
        if (_state == StateFault) return;
        if (_state != StateOperational) EnterFault(FusionFault.InvalidState);
        else if (!_requests.TryAdd(low)) EnterFault(FusionFault.NoResources);
        else AskForTurn();
    }

    private uint TakeReply()
    {
        if (_replies.TryTake(out uint reply)) return reply;
        SetCause(ReplyCause, set: false);
        return uint.MaxValue;
    }

    /// <summary>Queues a context, or the address of a reply frame, and interrupts.</summary>
    private void PostReply(uint reply)
    {
        if (_replies.TryAdd(reply)) SetCause(ReplyCause, set: true);
        else EnterFault(FusionFault.NoResources);
    }

    /// <summary>Puts a reply into a free frame and posts its address.</summary>
    private void PostReplyFrame(ReadOnlySpan<byte> reply)
    {
        if (_state == StateFault) return;
        if (!_freeFrames.TryTake(out uint low))
        {
            EnterFault(FusionFault.NoResources);
            return;
        }

        int length = Math.Min(reply.Length, _replyFrameLength);
        if (Port.TryWriteAt((ulong)_mfaHigh << 32 | low, 0, reply[..length])) PostReply(0x8000_0000 | low >> 1);
        else EnterFault(FusionFault.ReplyFrameRefused);
    }

    /// <summary>Stops: the adapter touches no memory until it is reset. Replies that are queued can still be read.</summary>
    private void EnterFault(uint code)
    {
        if (_state == StateFault) return;
        _state = StateFault;
        _faultCode = code;
        Port.CancelWork();
        ForgetCommands();
        ForgetHandshake();
    }

    private void SetCause(uint cause, bool set)
    {
        if (set) _causes |= cause;
        else _causes &= ~cause;
        UpdateInterrupt();
    }

    /// <summary>A cause that becomes active sends a message; the line is up while any is.</summary>
    private void UpdateInterrupt() => _interrupt.Update(_causes & ~_mask, Port, _tally);
}
