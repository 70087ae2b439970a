namespace DmaKit.Drivers;

/// <summary>
/// Makes the adapter let go of commands that took too long: abort, then a reset of the target, then a reset of the adapter, each with a
/// limit of its own. One command at a time; an adapter reset ends them all.
/// </summary>
internal sealed class FusionMptRecovery(FusionMptDriver driver, FusionMptDriverOptions options, TimeProvider clock) : ICommandSupervisor
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(5);

    private readonly Queue<CommandTag> _overdue = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private TaskCompletionSource? _idle;
    private bool _running;
    private bool _stopped;
    private long _aborts;
    private long _targetResets;
    private long _adapterResets;
    private uint _faultCode;
    private int _faultEpoch;

    public long Aborts => Interlocked.Read(ref _aborts);

    public long TargetResets => Interlocked.Read(ref _targetResets);

    public long AdapterResets => Interlocked.Read(ref _adapterResets);

    /// <summary>The fault code that ended an epoch, or 0.</summary>
    public uint FaultOf(int epoch)
    {
        lock (_gate) return epoch == _faultEpoch ? _faultCode : 0;
    }

    /// <inheritdoc/>
    public void OnOverdue(CommandTag tag, LogicalAddress packet, CommandStatus why)
    {
        lock (_gate)
        {
            if (_stopped) return;
            _overdue.Enqueue(tag);
            if (_running) return;
            _running = true;
        }

        _ = RunAsync();
    }

    /// <summary>Ends what is under way and begins nothing more.</summary>
    public async ValueTask StopAsync()
    {
        Task idle = Task.CompletedTask;
        lock (_gate)
        {
            _stopped = true;
            if (_running) idle = (_idle ??= new TaskCompletionSource()).Task;
        }

        _stop.Cancel();
        await idle.ConfigureAwait(false);
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        while (TryNext(out CommandTag tag))
        {
            try
            {
                await EscalateAsync(tag).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                // The driver is being closed, which resets the adapter.
            }
            catch (DeviceLostException)
            {
                // The platform ends every command that is out.
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                driver.Notes.Add($"recovery of {tag} failed with {e.GetType().Name}: {e.Message}");
            }
        }
    }

    private bool TryNext(out CommandTag tag)
    {
        TaskCompletionSource? idle;
        lock (_gate)
        {
            if (!_stopped && _overdue.TryDequeue(out tag)) return true;
            tag = default;
            _running = false;
            idle = _idle;
        }

        idle?.SetResult();
        return false;
    }

    private async ValueTask EscalateAsync(CommandTag tag)
    {
        FusionMptGate gate = driver.Gate;
        if (driver.Memory.SlotOf(tag) is not { } slot || !gate.IsOpen || !slot.IsOut(tag, gate.Epoch)) return;
        uint fault = gate.ReadFault();
        if (fault == 0)
        {
            driver.Notes.Add($"{tag} of target {slot.Target} is overdue; aborting it");
            Interlocked.Increment(ref _aborts);
            if (await TryEndAsync(gate, ManagementFrame.AbortTask, slot, tag, options.AbortTimeout).ConfigureAwait(false)) return;

            driver.Notes.Add($"the abort of {tag} did not help; resetting target {slot.Target}");
            Interlocked.Increment(ref _targetResets);
            if (await TryEndAsync(gate, ManagementFrame.TargetReset, slot, tag, options.TargetResetTimeout).ConfigureAwait(false)) return;
            fault = gate.ReadFault();
        }

        lock (_gate) (_faultCode, _faultEpoch) = (fault, gate.Epoch);
        driver.Notes.Add(fault != 0
            ? $"the adapter is in its fault state, code 0x{fault:X4}; resetting it"
            : $"the reset of target {slot.Target} did not help; resetting the adapter");
        Interlocked.Increment(ref _adapterResets);
        await driver.ResetAdapterAsync(_stop.Token).ConfigureAwait(false);
    }

    /// <summary>Asks the adapter to end the command, and waits until the tag is back.</summary>
    private async ValueTask<bool> TryEndAsync(FusionMptGate gate, byte taskType, FusionMptSlot slot, CommandTag tag, TimeSpan limit)
    {
        long start = clock.GetTimestamp();
        var request = new ManagementFrame
        {
            Function = FusionMptFunction.TaskManagement,
            TaskType = taskType,
            TargetIdOrSwitch = (byte)slot.Target,
            TaskMessageContext = taskType == ManagementFrame.AbortTask ? tag.Wire : 0,
        };
        await driver.ManageAsync(request, gate, limit, _stop.Token).ConfigureAwait(false);
        while (slot.IsOut(tag, gate.Epoch))
        {
            if (clock.GetElapsedTime(start) >= limit) return false;

            // Who closes the driver is heard at its end: a delay that is cancelled would go on in the thread pool, whatever the platform says.
            await Task.Delay(PollInterval, clock, CancellationToken.None).ConfigureAwait(false);
            _stop.Token.ThrowIfCancellationRequested();
        }

        return true;
    }
}
