namespace DmaKit.Devices;

// SCSI commands: fetched, run in pieces, answered.
public sealed partial class FusionMptAdapter
{
    private const int MostCommands = 128;
    private const int PieceLength = 64 * 1024;
    private const int PiecesPerTurn = 16;
    private const int ElementsPerTurn = 1024;

    private const byte SenseValid = 0x01, SenseFailed = 0x02, NoScsiStatus = 0x04, Terminated = 0x08;

    private readonly Stack<FusionCommand> _idle = new(MostCommands);
    private readonly Queue<(FusionCommand Command, int Generation)> _delayed = new(MostCommands);
    private readonly byte[] _piece = new byte[PieceLength];
    private readonly byte[] _message = new byte[FusionWire.TaskManagementLength];
    private readonly byte[] _reply = new byte[FusionWire.LongestReply];
    private readonly Action _turn;
    private readonly Action _delayOver;
    private bool _turnAsked;
    private int _lastTarget;

    private void AskForTurn()
    {
        if (_turnAsked) return;
        _turnAsked = true;
        Port.Defer(_turn);
    }

    /// <summary>One request fetched, one piece of one command done.</summary>
    private void Turn()
    {
        _turnAsked = false;
        Fetch();
        FusionTarget? target = NextRunnable();
        if (target is not null) Run(target, target.First!);
        if (_state == StateOperational && ((_requests.Count > 0 && _idle.Count > 0) || NextRunnable() is not null)) AskForTurn();
    }

    private void ForgetCommands()
    {
        _requests.Clear();
        _delayed.Clear();
        _turnAsked = false;
        foreach (FusionTarget? target in _targets)
        {
            while (target?.First is { } command)
            {
                target.Remove(command);
                _idle.Push(command);
            }
        }
    }

    private bool Fetch()
    {
        if (_state != StateOperational || _idle.Count == 0 || !_requests.TryTake(out uint low)) return false;
        ulong frame = (ulong)_mfaHigh << 32 | low;
        Span<byte> message = _message;
        if (!TryFetch(frame, 0, message[..FusionWire.HeaderLength])) return true;

        byte function = message[FusionWire.Function];
        if (function == FusionWire.FunctionScsiIo)
        {
            Accept(frame);
            return true;
        }

        message = message[..LengthOf(function)];
        if (!TryFetch(frame, FusionWire.HeaderLength, message[FusionWire.HeaderLength..])) return true;
        int length = AnswerMessage(message, _reply, byDoorbell: false);
        PostReplyFrame(_reply.AsSpan(0, length));
        return true;
    }

    private bool TryFetch(ulong frame, uint offset, Span<byte> part)
    {
        if (Port.TryReadAt(frame, offset, part)) return true;
        EnterFault(FusionFault.RequestFrameRefused);
        return false;
    }

    private void Accept(ulong frame)
    {
        FusionCommand command = _idle.Pop();
        _message.AsSpan(0, FusionWire.HeaderLength).CopyTo(command.Request);
        (command.Frame, command.Phase, command.Moved) = (frame, FusionPhase.Queued, 0);
        command.Generation++;
        if (!TryFetch(frame, FusionWire.HeaderLength, command.Request.AsSpan(FusionWire.HeaderLength)))
        {
            _idle.Push(command);
            return;
        }

        ushort status = CheckAddress(command.Bus, command.Target);
        if (status != IocStatus.Success)
        {
            _idle.Push(command);
            AnswerCommand(command, status, NoScsiStatus);
            return;
        }

        _targets[command.Target]!.Add(command);
        command.IsReady = _options.CommandDelay == TimeSpan.Zero;
        if (command.IsReady) return;
        _delayed.Enqueue((command, command.Generation));
        Port.Schedule(_options.CommandDelay, _delayOver);
    }

    private ushort CheckAddress(int bus, int target) =>
        bus != 0 ? IocStatus.InvalidBus
        : target >= _maxDevices ? IocStatus.InvalidTarget
        : _targets[target] is null ? IocStatus.DeviceNotThere
        : IocStatus.Success;

    /// <summary>All commands wait equally long, so that each timer belongs to the oldest that still waits.</summary>
    private void DelayOver()
    {
        if (!_delayed.TryDequeue(out (FusionCommand Command, int Generation) waited)) return;
        if (waited.Command.Generation == waited.Generation) waited.Command.IsReady = true;
        AskForTurn();
    }

    /// <summary>The next target whose first command can run; targets take turns.</summary>
    private FusionTarget? NextRunnable()
    {
        for (int i = 1; i <= MostTargets; i++)
        {
            int id = (_lastTarget + i) % MostTargets;
            if (_targets[id] is not { First.IsReady: true } target) continue;
            return target;
        }

        return null;
    }

    private void Run(FusionTarget target, FusionCommand command)
    {
        _lastTarget = command.Target;
        if (command.Phase == FusionPhase.Queued && !Begin(target, command)) return;
        if (command.Phase == FusionPhase.ReadingList && !ReadList(target, command)) return;
        Move(target, command);
    }

    /// <summary>Checks the request against the command block.</summary>
    /// <returns>False when that ended it.</returns>
    private bool Begin(FusionTarget target, FusionCommand command)
    {
        const int write = 1, read = 2;
        int direction = command.Direction;
        if (command.CdbLength is 0 or > 16 || direction == (write | read)) return Refuse(target, command, IocStatus.InvalidField);

        ScsiDisk disk = target.Disk;
        disk.Decode(command.Cdb, command.Unit);
        bool fits = disk.Direction switch
        {
            ScsiDirection.FromDevice => direction == read && disk.TransferLength <= command.DataLength,
            ScsiDirection.ToDevice => direction == write && disk.TransferLength <= command.DataLength,
            _ => true,
        };
        if (!fits) return Refuse(target, command, IocStatus.DataOverrun);

        if (command.DataLength == 0)
        {
            disk.Start();
            command.Phase = FusionPhase.Moving;
            return true;
        }

        target.List.Begin(command.Frame, command.ChainOffset, command.DataLength);
        command.Phase = FusionPhase.ReadingList;
        return true;
    }

    private bool ReadList(FusionTarget target, FusionCommand command)
    {
        switch (target.List.ReadOn(Port, ElementsPerTurn))
        {
            case ScatterGatherResult.Complete:
                target.Disk.Start();
                command.Phase = FusionPhase.Moving;
                return true;
            case ScatterGatherResult.Invalid:
                return Refuse(target, command, IocStatus.InvalidSgl);
            case ScatterGatherResult.Refused:
                return Refuse(target, command, IocStatus.InternalError);
            case ScatterGatherResult.TooLong:
                return Refuse(target, command, IocStatus.InsufficientResources);
            default:
                return false;
        }
    }

    private void Move(FusionTarget target, FusionCommand command)
    {
        ScsiDisk disk = target.Disk;
        for (int i = 0; i < PiecesPerTurn; i++)
        {
            if (disk.Work()) continue;
            if (disk.Remaining == 0)
            {
                disk.Finish();
                Release(target, command);
                AnswerCommand(command, IocStatus.Success, 0, disk);
                return;
            }

            Span<byte> piece = _piece.AsSpan(0, (int)Math.Min(PieceLength, disk.Remaining));
            bool moved;
            if (disk.Direction == ScsiDirection.FromDevice)
            {
                piece = piece[..disk.Read(piece)];
                moved = target.List.Scatter(Port, piece);
            }
            else
            {
                moved = target.List.Gather(Port, piece);
                if (moved) disk.Write(piece);
            }

            if (!moved)
            {
                Refuse(target, command, IocStatus.IoDataError);
                return;
            }

            command.Moved += (uint)piece.Length;
        }
    }

    private bool Refuse(FusionTarget target, FusionCommand command, ushort status)
    {
        Release(target, command);
        AnswerCommand(command, status, NoScsiStatus);
        return false;
    }

    private void Release(FusionTarget target, FusionCommand command)
    {
        target.Remove(command);
        command.IsReady = false;
        command.Generation++;
        _idle.Push(command);
    }

    /// <summary>Answers: by the context alone when all went well and all bytes moved, else by a reply frame.</summary>
    private void AnswerCommand(FusionCommand command, ushort status, byte state, ScsiDisk? disk = null)
    {
        _tally.CommandFinished();
        if (status == IocStatus.Success && command.Moved < command.DataLength) status = IocStatus.DataUnderrun;
        bool failed = disk is { Status: ScsiStatus.CheckCondition };
        if (status == IocStatus.Success && !failed)
        {
            PostReply(command.Context);
            return;
        }

        int sense = failed ? WriteSense(command, disk!.Sense) : 0;
        if (failed) state |= sense > 0 ? SenseValid : SenseFailed;

        Span<byte> reply = _reply.AsSpan(0, FusionWire.ScsiIoReplyLength);
        reply.Clear();
        reply[FusionWire.Target] = command.Request[FusionWire.Target];
        reply[FusionWire.Bus] = command.Request[FusionWire.Bus];
        reply[FusionWire.MessageLength] = FusionWire.ScsiIoReplyLength / 4;
        reply[FusionWire.Function] = FusionWire.FunctionScsiIo;
        reply[FusionWire.CdbLength] = command.Request[FusionWire.CdbLength];
        reply[FusionWire.SenseLength] = command.Request[FusionWire.SenseLength];
        reply[FusionWire.MessageFlags] = command.Request[FusionWire.MessageFlags];
        Double(reply, FusionWire.Context, command.Context);
        reply[FusionWire.ScsiStatus] = (byte)(disk?.Status ?? ScsiStatus.Good);
        reply[FusionWire.ScsiState] = state;
        SetStatus(reply, status);
        Double(reply, FusionWire.TransferCount, command.Moved);
        Double(reply, FusionWire.SenseCount, (uint)sense);
        PostReplyFrame(reply);
    }

    /// <returns>How many bytes of sense the driver got.</returns>
    private int WriteSense(FusionCommand command, ReadOnlySpan<byte> sense)
    {
        int length = Math.Min(sense.Length, command.SenseLength);
        return length > 0 && Port.TryWriteAt((ulong)_senseHigh << 32 | command.SenseLow, 0, sense[..length]) ? length : 0;
    }
}
