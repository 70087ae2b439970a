namespace DmaKit;

public sealed partial class DmaAdapter
{
    private readonly List<RegisterLease> _leases = [];
    private RegisterLease? _commandReserve;

    /// <summary>The registers that <see cref="ReserveForCommands"/> set aside, or null.</summary>
    public RegisterLease? CommandReserve => _commandReserve;

    /// <summary>
    /// How many bytes one mapping can surely carry, wherever they lie in memory: what the device takes at once, as far as map registers and elements go
    /// when every page needs one. More may fit where memory is kind. Requests that are longer are split: see <see cref="DmaTransaction"/>.
    /// </summary>
    /// <remarks>It shrinks while registers are reserved. The registers' memory is taken if nobody did before.</remarks>
    /// <exception cref="DmaResourceException">There is no memory for map registers.</exception>
    public long MaximumTransferLength
    {
        get
        {
            ThrowIfClosed();
            MapRegisters registers = Domain.MapRegisters;
            registers.TakeMemory(this);
            return TransferLimit.SurelyMapped(Constraints, registers.LimitsFor(this), registers.PageSize);
        }
    }

    /// <summary>Sets map registers aside, if they are free now and nobody waits for some. Legal in callback context.</summary>
    /// <param name="count">How many, 1 or more.</param>
    /// <param name="lease">The registers. In one run for a device that takes one element.</param>
    /// <param name="name">A name for reports, or null.</param>
    /// <returns>False when they cannot be had now.</returns>
    /// <exception cref="DmaResourceException">The domain has not that many in the adapter's reach, or not in one run.</exception>
    /// <exception cref="ObjectDisposedException">The adapter was disposed.</exception>
    public bool TryReserveRegisters(int count, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out RegisterLease? lease, string? name = null)
    {
        RegisterLease made = NewLease(count, name, null);
        lease = Domain.MapRegisters.Shared.TryTakeNow(made, holding: false) ? made.Begin() : null;
        return lease is not null;
    }

    /// <summary>Sets map registers aside: for what must go on when all others are taken.</summary>
    /// <param name="count">How many, 1 or more.</param>
    /// <param name="name">A name for reports, or null.</param>
    /// <exception cref="DmaResourceException">They cannot be had now; the exception says how many are free.</exception>
    /// <exception cref="ObjectDisposedException">The adapter was disposed.</exception>
    public RegisterLease ReserveRegisters(int count, string? name = null)
    {
        if (TryReserveRegisters(count, out RegisterLease? lease, name)) return lease;
        MapRegisters registers = Domain.MapRegisters;
        throw new DmaResourceException(
            $"{count} map registers cannot be reserved for {Function.Info.Address} now: {registers.Free} of {registers.Capacity} are free{(Constraints.MaxElements == 1 ? ", and they are wanted in one run" : "")}, "
            + $"{registers.Waiting} callers wait. Reserve earlier, reserve less, or wait (ReserveRegistersAsync).",
            (long)count * registers.PageSize, (long)registers.Free * registers.PageSize);
    }

    /// <summary>Sets map registers aside, waiting for them if need be.</summary>
    /// <param name="count">How many, 1 or more.</param>
    /// <param name="name">A name for reports, or null.</param>
    /// <param name="request">The request that holds them, or null.</param>
    /// <param name="cancellationToken">Gives up waiting: the call ends as cancelled or as granted, never both.</param>
    /// <exception cref="DmaResourceException">The domain has not that many in the adapter's reach, or not in one run.</exception>
    /// <exception cref="DmaDeadlockException">The wait can never end, and the request is the newest of those that wait for each other.</exception>
    /// <exception cref="DmaMisuseException">Called in callback context.</exception>
    /// <exception cref="ObjectDisposedException">The adapter was disposed.</exception>
    public ValueTask<RegisterLease> ReserveRegistersAsync(int count, string? name = null, DmaRequest? request = null, CancellationToken cancellationToken = default)
    {
        CallbackContext.Forbid("ReserveRegistersAsync", "use TryReserveRegisters, which does not wait");
        DmaRequest.Check(request, Domain);
        cancellationToken.ThrowIfCancellationRequested();
        RegisterLease lease = NewLease(count, name, request);
        var waiter = new LeaseWaiter(lease, request);
        if (Domain.Waits.TakeOrQueue(waiter)) return new ValueTask<RegisterLease>(lease.Begin());
        waiter.CancelWith(cancellationToken);
        return new ValueTask<RegisterLease>(waiter, waiter.Version);
    }

    /// <summary>
    /// Sets map registers aside for command packets that do not live in a common buffer: mappings with <see cref="MappingOptions.ForCommand"/> take
    /// from these, in a line of their own, so that a command never waits for data. Until the lease or the adapter is disposed.
    /// </summary>
    /// <param name="count">How many, 1 or more: the registers of one command times the commands in flight.</param>
    /// <exception cref="DmaMisuseException">There is a command reserve already.</exception>
    /// <inheritdoc cref="ReserveRegisters"/>
    public RegisterLease ReserveForCommands(int count)
    {
        if (_commandReserve is not null)
            throw Function.Platform.Misuse.Refuse("command-reserve-made-twice", Function.Info.Address, $"Adapter {Function.Info.Address} has a command reserve of {_commandReserve.Count} map registers already. Dispose it first.");
        return _commandReserve = ReserveRegisters(count, $"commands of {Function.Info.Address}");
    }

    /// <summary>Makes a transaction: for transfers that may be larger than one mapping, in stages. Use it again for the next transfer.</summary>
    /// <param name="options">The stages' length and request; or null.</param>
    public DmaTransaction CreateTransaction(DmaTransactionOptions? options = null)
    {
        ThrowIfClosed();
        options ??= new DmaTransactionOptions();
        Check(options.Mapping);
        return new DmaTransaction(this, options);
    }

    /// <summary>A stage of a transaction: memory that was writable where the device writes it.</summary>
    internal ValueTask<PartialMapping> MapStageAsync(
        ReadOnlyMemory<byte> data, DmaDirection direction, int granularity, MappingOptions options, CancellationToken cancellationToken) =>
        MapPartAsync(Ask(data, Checked(direction), options), granularity, cancellationToken);

    internal void Remember(RegisterLease lease)
    {
        bool closed;
        lock (_gate)
        {
            _leases.Add(lease);
            closed = _closed;
        }

        // The adapter went while this was waited for: nobody would give it back.
        if (closed) lease.Dispose();
    }

    internal void Forget(RegisterLease lease)
    {
        lock (_gate) _leases.Remove(lease);
        if (_commandReserve == lease) _commandReserve = null;
    }

    /// <summary>The adapter goes: what it reserved goes back.</summary>
    private void EndLeases()
    {
        RegisterLease[] leases;
        lock (_gate) leases = [.. _leases];
        foreach (RegisterLease lease in leases) lease.Dispose();
    }

    /// <summary>The device does not let go of anything any more: nobody waits for what it has.</summary>
    private void TurnWaitersAway()
    {
        var error = new DmaException($"{Function.Info.Address} does not let go of what it has, and could not be reset: what this call waited for may never come back.");
        RegisterLease[] leases;
        lock (_gate) leases = [.. _leases];
        Turn.TurnAway(this, error);
        Domain.MapRegisters.Shared.TurnAway(this, error);
        foreach (RegisterLease lease in leases) lease.Pool.TurnAway(this, error);
    }

    private RegisterLease NewLease(int count, string? name, DmaRequest? request)
    {
        ThrowIfClosed();
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        MapRegisters registers = Domain.MapRegisters;
        registers.TakeMemory(this);
        RegisterLimits limits = registers.LimitsFor(this);
        int most = Constraints.MaxElements == 1 ? limits.LongestRun : limits.Reachable;
        if (count > most)
        {
            string message =
                $"{count} map registers can never be reserved for {Function.Info.Address}: {limits.Reachable} are in its reach that are not reserved yet, {limits.LongestRun} in one run"
                + $"{(Constraints.MaxElements == 1 ? ", and a device that takes one element needs one run" : "")}. Reserve less.";
            Function.Platform.Misuse.NoteRefused("more-registers-than-there-are", Function.Info.Address, message);
            throw new DmaResourceException(
                message,
                (long)count * registers.PageSize, (long)most * registers.PageSize);
        }

        return new RegisterLease(this, count, name ?? $"reservation of {Function.Info.Address}", request);
    }
}
