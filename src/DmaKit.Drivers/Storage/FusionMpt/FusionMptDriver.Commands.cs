using System.Runtime.CompilerServices;
using DmaKit.Platforms;

namespace DmaKit.Drivers;

public sealed partial class FusionMptDriver
{
    private readonly TaskCompletionSource _drained = new();
    private readonly List<Wake> _waiting = [];
    private DmaException? _failure;
    private int _active = 1;
    private int _closing;

    /// <summary>The way to the request queue now; closed while the adapter is being reset.</summary>
    internal FusionMptGate Gate { get; private set; }

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    async ValueTask<ScsiOutcome> IScsiTransport.SendAsync(
        int target, ScsiCommand command, Memory<byte> into, ReadOnlyMemory<byte> from, CancellationToken cancellationToken)
    {
        Enter();
        try
        {
            while (true)
            {
                if (!Gate.IsOpen) await WaitForGateAsync(command, target, cancellationToken).ConfigureAwait(false);

                // The packet first and then registers, in this order everywhere: whoever waits for registers holds what it needs besides.
                using Command<ScsiIoFrame, ScsiReply> packet = await Memory.Commands.RentAsync(cancellationToken).ConfigureAwait(false);
                using DmaMapping mapping = await MapAsync(command, into, from, cancellationToken).ConfigureAwait(false);
                long mapped = mapping.Length;
                FusionMptGate gate = Gate;
                CommandOutcome<ScsiReply> outcome;
                try
                {
                    Write(packet, target, command, mapping, gate.Epoch);
                    outcome = await packet.PostAsync(mapping, gate, _options.CommandTimeout, cancellationToken).ConfigureAwait(false);
                }
                catch (FusionMptGateClosedException)
                {
                    // Packet and mapping went back; both are taken anew when the adapter works again.
                    continue;
                }

                return Judge(outcome, mapped, gate, cancellationToken);
            }
        }
        catch (DmaException e) when (_failure is not null)
        {
            // It waited for a packet or for map registers when the adapter was given up.
            throw Ended(command, target, e);
        }
        finally
        {
            Leave();
        }
    }

    /// <inheritdoc/>
    bool IScsiTransport.TryPost(
        int target, in ScsiCommand command, Memory<byte> into, ReadOnlyMemory<byte> from, CancellationToken cancellationToken, out ScsiPosted posted)
    {
        posted = default;
        FusionMptGate gate = Gate;
        if (!gate.IsOpen || cancellationToken.IsCancellationRequested) return false;
        Enter();
        bool done = false;
        try
        {
            return done = TryPost(gate, target, command, into, from, cancellationToken, ref posted);
        }
        finally
        {
            if (!done) Leave();
        }
    }

    /// <inheritdoc/>
    ScsiOutcome IScsiTransport.End(in CommandOutcome<ScsiReply> outcome, long mapped, FusionMptGate gate, CancellationToken cancellationToken)
    {
        try
        {
            return Judge(outcome, mapped, gate, cancellationToken);
        }
        finally
        {
            Leave();
        }
    }

    /// <inheritdoc/>
    Memory<byte> IScsiTransport.TakeAnswers() => Memory.TakeAnswers();

    /// <inheritdoc/>
    void IScsiTransport.ReturnAnswers(Memory<byte> answers) => Memory.ReturnAnswers(answers);

    /// <summary>Sends a request about the adapter itself, and waits until it is answered.</summary>
    internal async ValueTask<CommandOutcome<ManagementReply>> ManageAsync(
        ManagementFrame request, FusionMptGate gate, TimeSpan limit, CancellationToken cancellationToken)
    {
        // None is free when earlier ones were never answered: that is no answer either.
        if (!Memory.Management.TryRent(out Command<ManagementFrame, ManagementReply> packet))
            return new CommandOutcome<ManagementReply>(CommandStatus.TimedOut, default, false, 0);
        using (packet)
        {
            request.MessageContext = packet.Tag.Wire | FusionMptMemory.ManagementContext;
            packet.Packet = request;
            CommandOutcome<ManagementReply> outcome = await packet.PostAsync(default, gate, limit, cancellationToken).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            return outcome;
        }
    }

    /// <summary>Resets the adapter and brings it up again. Commands that it had end as aborted.</summary>
    internal async ValueTask ResetAdapterAsync(CancellationToken cancellationToken)
    {
        Gate.Close();
        try
        {
            if (_registration is not null) await _registration.DisposeAsync().ConfigureAwait(false);
            _registration = null;
            try
            {
                await _ioc.ResetAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (FusionMptException) when (_function.CanReset)
            {
                await _function.ResetAsync(cancellationToken).ConfigureAwait(false);
                await _ioc.ResetAsync(cancellationToken).ConfigureAwait(false);
            }

            Adapter.DeclareQuiet();
            await BringUpAsync(cancellationToken).ConfigureAwait(false);
            Notes.Add("the adapter works again");
        }
        catch (DmaException e)
        {
            Notes.Add($"the adapter could not be brought up again: {e.Message}");
            _failure = e;

            // Nothing more can make the adapter let go: who waits for it is told, and the memory stays in quarantine.
            if (e is not DeviceLostException) Adapter.DeclareStuck();
            WakeWaiters();
        }
    }

    private static void Describe(ref ScsiIoFrame frame, in ScsiCommand command, long length)
    {
        command.CopyTo(ref frame.Cdb, length);
        frame.Function = FusionMptFunction.ScsiIo;
        frame.CdbLength = (byte)command.Length;
        frame.SenseBufferLength = SenseBytes.Capacity;
        frame.DataLength = (uint)length;
        frame.Control = command.Direction switch
        {
            ScsiDirection.ToDevice => ScsiIoFrame.ControlWrite,
            ScsiDirection.FromDevice => ScsiIoFrame.ControlRead,
            _ => 0,
        };
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<DmaMapping> MapAsync(ScsiCommand command, Memory<byte> into, ReadOnlyMemory<byte> from, CancellationToken cancellationToken)
    {
        if (into.IsEmpty && from.IsEmpty) return default;

        // A command that counts blocks goes for as many as fit one transfer; another one's data must fit whole.
        if (command.BlockSize == 0)
        {
            return into.IsEmpty
                ? await Adapter.MapAsync(from, cancellationToken).ConfigureAwait(false)
                : await Adapter.MapAsync(into, DmaDirection.FromDevice, cancellationToken).ConfigureAwait(false);
        }

        PartialMapping partial = into.IsEmpty
            ? await Adapter.MapUpToAsync(from, command.BlockSize, cancellationToken).ConfigureAwait(false)
            : await Adapter.MapUpToAsync(into, DmaDirection.FromDevice, command.BlockSize, cancellationToken).ConfigureAwait(false);
        return partial.Mapping;
    }

    /// <summary>As the waiting way does it: the packet first and then registers.</summary>
    private bool TryPost(
        FusionMptGate gate, int target, in ScsiCommand command, Memory<byte> into, ReadOnlyMemory<byte> from, CancellationToken cancellationToken, ref ScsiPosted posted)
    {
        CallbackContext.Forbid("BlockDevice.ReadAsync and WriteAsync", "call them from what runs after the handler");
        if (!Memory.Commands.TryRent(out Command<ScsiIoFrame, ScsiReply> packet)) return false;
        DmaMapping mapping = default;
        try
        {
            PartialMapping partial;
            if (!(into.IsEmpty ? Adapter.TryMapUpTo(from, command.BlockSize, out partial) : Adapter.TryMapUpTo(into, DmaDirection.FromDevice, command.BlockSize, out partial)))
            {
                packet.Dispose();
                return false;
            }

            mapping = partial.Mapping;
            long mapped = mapping.Length;
            if (partial.IsWhole)
            {
                Write(packet, target, command, mapping, gate.Epoch);
                posted = new ScsiPosted(packet.PostAsync(mapping, gate, _options.CommandTimeout, cancellationToken), mapped, gate);
                return true;
            }
        }
        catch (FusionMptGateClosedException)
        {
            // Packet and mapping went back; both are taken anew when the adapter works again.
            return false;
        }
        catch
        {
            mapping.Dispose();
            packet.Dispose();
            throw;
        }

        mapping.Dispose();
        packet.Dispose();
        return false;
    }

    /// <summary>What became of a command, once it has ended.</summary>
    private ScsiOutcome Judge(in CommandOutcome<ScsiReply> outcome, long mapped, FusionMptGate gate, CancellationToken cancellationToken)
    {
        if (outcome.Status == CommandStatus.Cancelled) throw new OperationCanceledException(cancellationToken);
        return new ScsiOutcome(outcome, mapped, outcome.HasReply ? 0 : FaultOf(gate), mayRetry: _closing == 0);
    }

    private void Write(Command<ScsiIoFrame, ScsiReply> packet, int target, in ScsiCommand command, DmaMapping mapping, int epoch)
    {
        CommandTag tag = packet.Tag;
        FusionMptSlot slot = Memory.SlotOf(tag)!;
        slot.Begin(tag, target, mapping.Length, epoch);
        var frame = new ScsiIoFrame { TargetId = (byte)target, MessageContext = tag.Wire, SenseBufferLow = slot.SenseLow };
        Describe(ref frame, command, mapping.Length);
        frame.ChainOffset = ScatterGatherList.Write(packet.Trailing, packet.TrailingAddress, mapping.Elements, command.Direction == ScsiDirection.ToDevice);
        packet.Packet = frame;
    }

    /// <summary>The adapter's fault code, if its fault is why a command got no reply.</summary>
    private uint FaultOf(FusionMptGate gate)
    {
        try
        {
            return gate.ReadFault() is var code and not 0 ? code : _recovery.FaultOf(gate.Epoch);
        }
        catch (DeviceLostException)
        {
            return 0;
        }
    }

    private async ValueTask RequireAsync(string name, ManagementFrame request, FusionMptGate gate, CancellationToken cancellationToken)
    {
        CommandOutcome<ManagementReply> outcome = await ManageAsync(request, gate, _options.AdapterTimeout, cancellationToken).ConfigureAwait(false);
        if (!outcome.HasReply)
        {
            uint fault = gate.ReadFault();
            throw new FusionMptException(
                $"The adapter did not answer {name} ({outcome.Status}){(fault != 0 ? $": it is in its fault state, code 0x{fault:X4}" : "")}.", (int)fault);
        }

        FusionMptException.ThrowIfFailed(name, outcome.Reply.IocStatus);
    }

    /// <summary>The adapter works: requests go through this gate from now on.</summary>
    private void Open(FusionMptGate gate)
    {
        Gate = gate;
        WakeWaiters();
    }

    private async ValueTask WaitForGateAsync(ScsiCommand command, int target, CancellationToken cancellationToken)
    {
        while (!Gate.IsOpen)
        {
            if (_closing != 0 || _failure is not null) throw Ended(command, target, _failure);
            await AwaitReopenedAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>What a request is told whose adapter will not work again.</summary>
    private BlockDeviceException Ended(in ScsiCommand command, int target, Exception? cause)
    {
        bool closed = _closing != 0;
        BlockDeviceStatus status = closed ? BlockDeviceStatus.Aborted
            : _failure is DeviceLostException ? BlockDeviceStatus.DeviceLost
            : BlockDeviceStatus.AdapterFailed;
        return new BlockDeviceException(status, $"{command.Describe()} of target {target}", closed ? "the driver was closed" : _failure!.Message.TrimEnd('.'), null, cause);
    }

    /// <summary>Waits until the gate may have opened, or the caller gives up.</summary>
    /// <remarks>Each waits for a task of its own: of several that wait for one, the framework would send some to the thread pool, whatever the platform says.</remarks>
    private async Task AwaitReopenedAsync(CancellationToken cancellationToken)
    {
        var wait = new Wake(_function.Platform.Continuations);
        lock (_waiting) _waiting.Add(wait);
        if (Gate.IsOpen || _closing != 0 || _failure is not null)
        {
            lock (_waiting) _waiting.Remove(wait);
            return;
        }

        using (cancellationToken.UnsafeRegister(static state => ((Wake)state!).Schedule(), wait)) await wait.Task.ConfigureAwait(false);
        lock (_waiting) _waiting.Remove(wait);
        cancellationToken.ThrowIfCancellationRequested();
    }

    /// <summary>Those who wait go on where continuations run, not on the stack of the recovery.</summary>
    private void WakeWaiters()
    {
        Wake[] all;
        lock (_waiting)
        {
            all = [.. _waiting];
            _waiting.Clear();
        }

        foreach (Wake wait in all) wait.Schedule();
    }

    private void Enter()
    {
        Interlocked.Increment(ref _active);
        if (_closing == 0) return;
        Leave();
        throw new ObjectDisposedException(nameof(FusionMptDriver), $"The driver of {_function.Info.Address} was closed.");
    }

    private void Leave()
    {
        if (Interlocked.Decrement(ref _active) == 0) _drained.TrySetResult();
    }

    /// <summary>No request begins any more, and those that wait for the adapter give up.</summary>
    private bool BeginClose()
    {
        if (Interlocked.Exchange(ref _closing, 1) != 0) return false;
        Gate.Close();
        WakeWaiters();
        return true;
    }

    /// <summary>Waits until every request has ended.</summary>
    private async ValueTask DrainAsync()
    {
        Leave();
        await _drained.Task.ConfigureAwait(false);
    }

    private sealed class Wake(ContinuationScheduler continuations) : IThreadPoolWorkItem
    {
        private readonly TaskCompletionSource _woken = new();

        public Task Task => _woken.Task;

        public void Schedule() => continuations.Schedule(this);

        public void Execute() => _woken.TrySetResult();
    }
}
