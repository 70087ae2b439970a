namespace DmaKit.Drivers;

/// <summary>How one SCSI command ended, and how much data it was for.</summary>
internal readonly struct ScsiOutcome
{
    private const byte Good = 0x00, CheckCondition = 0x02, Busy = 0x08, TaskSetFull = 0x28;

    // Fusion MPT's IOCStatus values (MPI 1.5 headers), as far as they mean something to a disk.
    private const ushort Success = 0x00, RecoveredError = 0x40, InvalidBus = 0x41, InvalidTarget = 0x42, DeviceNotThere = 0x43;
    private const ushort DataUnderrun = 0x45, TaskTerminated = 0x48, IocTerminated = 0x4B, ExternalTerminated = 0x4C;

    private readonly ScsiReply _reply;
    private readonly CommandStatus _command;
    private readonly bool _hasReply;
    private readonly bool _mayRetry;

    public ScsiOutcome(in CommandOutcome<ScsiReply> outcome, long mapped, uint faultCode, bool mayRetry)
    {
        _reply = outcome.Reply;
        _command = outcome.Status;
        _hasReply = outcome.HasReply;
        Bytes = outcome.Bytes;
        Mapped = mapped;
        FaultCode = faultCode;
        _mayRetry = mayRetry;
    }

    /// <summary>How many bytes were transferred.</summary>
    public long Bytes { get; }

    /// <summary>How many bytes it was for.</summary>
    public long Mapped { get; }

    /// <summary>The adapter's fault code, where its fault ended the command; else 0.</summary>
    public uint FaultCode { get; }

    /// <summary>Done, with all of its data. A reply that came late but came is as good as any other.</summary>
    public bool IsWhole => IsDone && Bytes == Mapped;

    /// <summary>Done; the device may have had less data than was asked for, as an answer about itself may.</summary>
    public bool IsDone => _hasReply
        && (_reply.Status == Good || (_reply.Status == CheckCondition && Sense is { Key: ScsiSenseKey.RecoveredError or ScsiSenseKey.NoSense }))
        && !_reply.HasNoStatus
        && _reply.AdapterStatus is Success or RecoveredError or DataUnderrun;

    /// <summary>The device wanted to tell of something first, such as its reset, and did nothing.</summary>
    public bool IsUnitAttention => Sense is { Key: ScsiSenseKey.UnitAttention };

    /// <summary>Somebody else's reset or abort ended it, and the driver goes on: it may be tried again.</summary>
    public bool MayTryAgain => _mayRetry && (_command == CommandStatus.Aborted
        || (_command == CommandStatus.Completed && _reply.AdapterStatus is TaskTerminated or IocTerminated or ExternalTerminated));

    /// <summary>The device's sense data, if it gave any.</summary>
    public ScsiSense? Sense
    {
        get
        {
            if (!_hasReply || !_reply.HasSense || _reply.Status != CheckCondition) return null;
            ReadOnlySpan<byte> data = _reply.Sense;
            return ScsiSense.TryParse(data[..Math.Min((int)_reply.SenseLength, SenseBytes.Capacity)], out ScsiSense sense) ? sense : null;
        }
    }

    /// <summary>Why it failed.</summary>
    /// <param name="reason">In words.</param>
    public BlockDeviceStatus Judge(out string reason)
    {
        if (FaultCode != 0)
        {
            reason = $"the adapter is in its fault state, code 0x{FaultCode:X4}";
            return BlockDeviceStatus.AdapterFault;
        }

        switch (_command)
        {
            case CommandStatus.TimedOut:
                reason = "the device did not answer in time";
                return BlockDeviceStatus.TimedOut;
            case CommandStatus.DeviceLost:
                reason = "the device is gone";
                return BlockDeviceStatus.DeviceLost;
            case CommandStatus.Aborted:
                reason = "a reset of the adapter ended it";
                return BlockDeviceStatus.Aborted;
        }

        switch (_reply.AdapterStatus)
        {
            case InvalidBus or InvalidTarget or DeviceNotThere:
                reason = "there is no device at that address";
                return BlockDeviceStatus.NoDevice;
            case TaskTerminated or IocTerminated or ExternalTerminated:
                reason = "it was aborted";
                return BlockDeviceStatus.Aborted;
            case Success or RecoveredError or DataUnderrun when !_reply.HasNoStatus:
                return JudgeStatus(out reason);
            default:
                reason = $"the adapter reports status 0x{_reply.AdapterStatus:X4} after {Bytes} of {Mapped} bytes";
                return BlockDeviceStatus.TransportError;
        }
    }

    private BlockDeviceStatus JudgeStatus(out string reason)
    {
        switch (_reply.Status)
        {
            case CheckCondition:
                reason = Sense is { } sense ? sense.ToString() : "check condition, without sense data";
                return BlockDeviceStatus.CheckCondition;
            case Busy or TaskSetFull:
                reason = _reply.Status == Busy ? "the device is busy" : "the device's queue is full";
                return BlockDeviceStatus.Busy;
            case Good:
                reason = $"{Bytes} of {Mapped} bytes came, and no reason";
                return BlockDeviceStatus.ShortTransfer;
            default:
                reason = $"the device reports SCSI status {_reply.Status:X2}h";
                return BlockDeviceStatus.TransportError;
        }
    }
}
