using DmaKit.Platforms;

namespace DmaKit.Drivers;

/// <summary>
/// A driver for LSI's Fusion MPT adapters (SAS1068): writes a command packet into a common buffer, posts its address to a register, is
/// interrupted, gets its own tag back, and completes the request.
/// </summary>
/// <remarks>
/// <para>Safe from any thread. A request takes its packet first and map registers second, always, so that requests cannot lock each other out.</para>
/// <para>
/// A command that takes too long is aborted; if that does not help its device is reset, and then the adapter. Until the adapter let go of
/// a command, nobody else gets its packet, and data that lies where the device reaches it keeps its caller waiting.
/// </para>
/// </remarks>
public sealed partial class FusionMptDriver : IAsyncDisposable, IScsiTransport
{
    private readonly PciFunction _function;
    private readonly RegisterWindow _registers;
    private readonly FusionMptDriverOptions _options;
    private readonly FusionMptRecovery _recovery;
    private readonly FusionMptIoc _ioc;
    private FusionMptReplies _replies = null!;
    private IocFacts _facts = null!;
    private InterruptRegistration? _registration;

    private FusionMptDriver(PciFunction function, FusionMptDriverOptions options)
    {
        _function = function;
        _options = options;
        _registers = function.MapRegisters(1, FusionMptRegister.WindowLength);
        function.FirstInterrupt();
        TimeProvider clock = function.Platform.Clock;
        Notes = new FusionMptNotices(options.Logger, function.Info.Address);
        _recovery = new FusionMptRecovery(this, options, clock);
        _ioc = new FusionMptIoc(_registers, clock, options.AdapterTimeout);
        Gate = new FusionMptGate(_registers, 0);
        Adapter = function.CreateAdapter(new DmaConstraints
        {
            MaxElements = ScatterGatherList.MaxElements,
            MaxElementLength = ScatterGatherList.MaxElementLength,
            MaxTransferLength = 2 * ScatterGatherList.MaxElementLength,
        });
    }

    /// <summary>The adapter's view of memory.</summary>
    public DmaAdapter Adapter { get; }

    /// <summary>How many commands the adapter has at once at most: the least of packets, its credits, its reply frames less one, and its queues.</summary>
    public int QueueDepth => Memory.Commands.Capacity;

    /// <summary>How many devices the adapter can have: targets 0 to this less one.</summary>
    public int MaxTargets => _facts.MaxDevices;

    /// <summary>How the adapter interrupts.</summary>
    public InterruptKind InterruptKind => _function.Interrupts[0].Kind;

    /// <summary>What the driver noticed: fewer packets than asked for, commands that took too long, resets. Oldest first, the last 256.</summary>
    public IReadOnlyList<string> Notices => Notes.All;

    /// <summary>What it counted.</summary>
    public FusionMptStatistics Statistics => new(
        Memory.Commands.Statistics, _replies.ContextReplies, _replies.AddressReplies, _replies.UnknownFrames, _replies.Events,
        _recovery.Aborts, _recovery.TargetResets, _recovery.AdapterResets);

    internal FusionMptNotices Notes { get; }

    internal FusionMptMemory Memory { get; private set; } = null!;

    /// <summary>Resets the adapter and brings it up.</summary>
    /// <param name="function">The open function; it stays the caller's. Its bus mastering is switched on.</param>
    /// <param name="options">What can be chosen; null for the defaults.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="DmaException">The function is no such adapter by its ids, or lacks registers or an interrupt.</exception>
    /// <exception cref="FusionMptException">The adapter does not come up; the exception has its fault code, if it has one.</exception>
    /// <exception cref="DmaResourceException">Not even the least memory can be had.</exception>
    /// <exception cref="DeviceLostException">The device is gone.</exception>
    public static async ValueTask<FusionMptDriver> StartAsync(
        PciFunction function, FusionMptDriverOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(function);
        if (!IsFusionMpt(function.Info))
        {
            throw new DmaException(
                $"{function.Info.Address} is no Fusion MPT adapter: its ids are {function.Info.VendorId:X4}:{function.Info.DeviceId:X4}, not 1000:0054 (SAS1068), 1000:0050 (SAS1064), 1000:0056 (SAS1064E) or 1000:0058 (SAS1068E).");
        }

        var driver = new FusionMptDriver(function, options ?? new FusionMptDriverOptions());
        function.BusMaster = true;
        try
        {
            await driver.PrepareAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await driver.Adapter.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        try
        {
            await driver.BringUpAsync(cancellationToken).ConfigureAwait(false);
            return driver;
        }
        catch
        {
            await driver.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Opens the disk with a number.</summary>
    /// <param name="target">Its number on the adapter, 0 to <see cref="MaxTargets"/> - 1.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="BlockDeviceException">There is no such disk, or it failed.</exception>
    public ValueTask<ScsiDisk> OpenDiskAsync(int target, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(target);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(target, MaxTargets);
        return ScsiDisk.OpenAsync(this, target, cancellationToken);
    }

    /// <summary>Opens every disk that is there, in order of number.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="BlockDeviceException">A disk is there, but failed.</exception>
    public async ValueTask<IReadOnlyList<ScsiDisk>> ScanAsync(CancellationToken cancellationToken = default)
    {
        var disks = new List<ScsiDisk>();
        for (int target = 0; target < MaxTargets; target++)
        {
            try
            {
                disks.Add(await OpenDiskAsync(target, cancellationToken).ConfigureAwait(false));
            }
            catch (BlockDeviceException e) when (e.Status == BlockDeviceStatus.NoDevice)
            {
                // An empty place.
            }
        }

        return disks;
    }

    /// <summary>Copies the state of each packet, for pictures and live views.</summary>
    /// <param name="states">Where they go, by packet.</param>
    /// <returns>How many were copied.</returns>
    public int CopyPacketStates(Span<CommandState> states) => Memory.Commands.CopyStates(states);

    /// <summary>
    /// Stops the adapter by a reset and gives its memory back. Requests in flight fail with <see cref="BlockDeviceStatus.Aborted"/>. If the reset
    /// fails, what the adapter may still touch stays in quarantine.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        if (!BeginClose()) return;
        await _recovery.StopAsync().ConfigureAwait(false);

        // A reset that was under way may have opened another gate, or made others wait.
        Gate.Close();
        WakeWaiters();
        if (_registration is not null) await _registration.DisposeAsync().ConfigureAwait(false);
        bool quiet = await TryQuietAsync().ConfigureAwait(false);
        if (quiet) await DrainAsync().ConfigureAwait(false);
        await Memory.DisposeAsync().ConfigureAwait(false);
        await Adapter.DisposeAsync().ConfigureAwait(false);
    }

    // The SAS1068 and those of its generation that have the same registers and frames, as the PCI id registry has them.
    private static bool IsFusionMpt(PciFunctionInfo info) => info is { VendorId: 0x1000, DeviceId: 0x0050 or 0x0054 or 0x0056 or 0x0058 };

    private async ValueTask<bool> TryQuietAsync()
    {
        try
        {
            await _ioc.ResetAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (DeviceLostException)
        {
            return true;
        }
        catch (FusionMptException e)
        {
            Notes.Add($"the adapter could not be stopped, and its memory stays in quarantine: {e.Message}");
            return false;
        }

        Adapter.DeclareQuiet();
        return true;
    }

    /// <summary>Resets the adapter, asks it what it can do, and takes the memory.</summary>
    private async ValueTask PrepareAsync(CancellationToken cancellationToken)
    {
        uint doorbell = _registers.Read32(FusionMptRegister.Doorbell);
        if ((doorbell & FusionMptRegister.StateMask) == FusionMptRegister.StateFault)
            Notes.Add($"the adapter was in its fault state, code 0x{doorbell & 0xFFFF:X4}; it is reset");
        await _ioc.ResetAsync(cancellationToken).ConfigureAwait(false);
        _facts = await _ioc.ReadFactsAsync(cancellationToken).ConfigureAwait(false);

        // Fresh from its reset, it has been told of no memory yet.
        Adapter.DeclareQuiet();
        Memory = await FusionMptMemory.AllocateAsync(Adapter, _facts, _options, _recovery).ConfigureAwait(false);
        _replies = new FusionMptReplies(_registers, Memory, _function);
        if (QueueDepth < _options.QueueDepth)
        {
            int most = Math.Min(_facts.GlobalCredits, _facts.ReplyQueueDepth) - 1;
            Notes.Add(QueueDepth < most
                ? $"{QueueDepth} command packets instead of {Math.Min(most, _options.QueueDepth)}: the memory has no room for more"
                : $"{QueueDepth} command packets instead of {_options.QueueDepth}: the adapter takes no more at once");
        }
    }

    /// <summary>From ready to working. The adapter was reset before.</summary>
    private async ValueTask BringUpAsync(CancellationToken cancellationToken)
    {
        var gate = new FusionMptGate(_registers, Gate.Epoch + 1);
        uint high = Memory.AddressHigh;
        await _ioc.InitAsync(_facts, FusionMptMemory.ReplyFrameLength, high, high, cancellationToken).ConfigureAwait(false);
        _replies.PushFrames();
        _registration = _function.Interrupts[0].Handle(_replies.Handle);
        _registers.Write32(FusionMptRegister.InterruptMask, FusionMptRegister.DoorbellInterrupt);
        for (int port = 0; port < Math.Max(1, _facts.Ports); port++)
        {
            var enable = new ManagementFrame { Function = FusionMptFunction.PortEnable, PortNumber = (byte)port };
            await RequireAsync($"PORT ENABLE of port {port}", enable, gate, cancellationToken).ConfigureAwait(false);
        }

        var events = new ManagementFrame { Function = FusionMptFunction.EventNotification, TargetIdOrSwitch = 1 };
        await RequireAsync("EVENT NOTIFICATION", events, gate, cancellationToken).ConfigureAwait(false);
        Open(gate);
    }
}
