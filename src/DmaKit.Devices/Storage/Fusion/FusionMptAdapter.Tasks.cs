namespace DmaKit.Devices;

// Task management: ends commands that are on their way.
public sealed partial class FusionMptAdapter
{
    private const byte AbortTask = 1, AbortTaskSet = 2, TargetReset = 3, BusReset = 4, UnitReset = 5, ClearTaskSet = 6, QueryTask = 7;
    private const byte TaskComplete = 0x00, TaskNotSupported = 0x04, TaskSucceeded = 0x08;
    private const byte BusResetQualifier = 2, TargetResetQualifier = 3;

    private int AnswerTaskManagement(ReadOnlySpan<byte> request, Span<byte> reply, bool byDoorbell)
    {
        (ushort status, byte response, uint ended) = Manage(request, byDoorbell);

        // The ended commands may have been answered from the same buffer.
        reply.Clear();
        reply[FusionWire.Target] = request[FusionWire.Target];
        reply[FusionWire.Bus] = request[FusionWire.Bus];
        reply[FusionWire.Function] = FusionWire.FunctionTaskManagement;
        reply[FusionWire.ResponseCode] = response;
        reply[FusionWire.TaskType] = request[FusionWire.TaskType];
        reply[FusionWire.MessageFlags] = request[FusionWire.MessageFlags];
        request.Slice(FusionWire.Context, 4).CopyTo(reply[FusionWire.Context..]);
        SetStatus(reply, status);
        Double(reply, FusionWire.TerminationCount, ended);
        return FusionWire.TaskManagementReplyLength;
    }

    private (ushort Status, byte Response, uint Ended) Manage(ReadOnlySpan<byte> request, bool byDoorbell)
    {
        if (_state != StateOperational) return (IocStatus.InvalidState, TaskComplete, 0);

        byte type = request[FusionWire.TaskType];
        int id = request[FusionWire.Target];
        uint context = Double(request, FusionWire.TaskContext);

        // Through the doorbell it overtakes requests that were posted before: they are fetched first, so that it can find them.
        if (byDoorbell)
        {
            while (Fetch())
            {
            }

            if (_state != StateOperational) return (IocStatus.InvalidState, TaskComplete, 0);
        }

        if (type == BusReset) return (IocStatus.Success, TaskComplete, ResetBus());

        ushort status = CheckAddress(request[FusionWire.Bus], id);
        if (status != IocStatus.Success) return (status, TaskComplete, 0);
        FusionTarget target = _targets[id]!;
        FusionCommand? task = target.Find(context);
        switch (type)
        {
            case AbortTask:
                if (task is null) return (IocStatus.Success, TaskComplete, 0);
                End(target, task, IocStatus.TaskTerminated);
                return (IocStatus.Success, TaskComplete, 1);
            case AbortTaskSet or ClearTaskSet:
                return (IocStatus.Success, TaskComplete, EndAll(target, IocStatus.TaskTerminated));
            case TargetReset or UnitReset:
                uint ended = EndAll(target, IocStatus.TaskTerminated);
                target.Disk.Reset(TargetResetQualifier);
                return (IocStatus.Success, TaskComplete, ended);
            case QueryTask:
                return (IocStatus.Success, task is null ? TaskComplete : TaskSucceeded, 0);
            default:
                return (IocStatus.TaskManagementFailed, TaskNotSupported, 0);
        }
    }

    private uint ResetBus()
    {
        uint ended = 0;
        foreach (FusionTarget? target in _targets)
        {
            if (target is null) continue;
            ended += EndAll(target, IocStatus.IocTerminated);
            target.Disk.Reset(BusResetQualifier);
        }

        return ended;
    }

    private uint EndAll(FusionTarget target, ushort status)
    {
        uint ended = 0;
        while (target.First is { } command)
        {
            End(target, command, status);
            ended++;
        }

        return ended;
    }

    private void End(FusionTarget target, FusionCommand command, ushort status)
    {
        Release(target, command);
        AnswerCommand(command, status, NoScsiStatus | Terminated);
    }
}
