using DmaKit.Drivers;
using DmaKit.Emulation;
using DmaKit.Verification;

namespace DmaKit.Cli;

/// <summary>
/// What the demo does: a machine whose memory is fragmented, a SCSI adapter with a disk in memory, a large common buffer that cannot be
/// had whole, and pseudo-random data that is written through the driver, read back and compared. Meanwhile two network cards exchange frames, with
/// map registers of the same pool.
/// </summary>
/// <remarks>One task runs it; <see cref="Look"/> may be called from another.</remarks>
internal sealed class DemoRun : IAsyncDisposable
{
    private const long LargeBuffer = 1L << 20;
    private const int SmallestRequest = 4096;
    private const long LeastPackets = 2_000;
    private const ushort NetworkVendor = 0x10EC;

    // A wave of load, so that something is to be seen: this many requests a crest.
    private static readonly TimeSpan Wave = TimeSpan.FromSeconds(1.7);
    private static readonly TimeSpan WriteLimit = TimeSpan.FromSeconds(6);

    private readonly DiskMachine _machine;
    private readonly DemoBuffers _buffers;
    private readonly DemoHistory _history;
    private readonly CommonBuffer _large;
    private readonly DemoNetwork? _network;
    private readonly DemoData _data;
    private readonly bool _watched;
    private readonly TimeProvider _clock;
    private readonly long _largestRun;
    private DemoPhase _writing;
    private DemoPhase _reading;

    private DemoRun(DiskMachine machine, DemoBuffers buffers, CommonBuffer large, DemoNetwork? network, long largestRun, long total, bool watched, TimeProvider clock)
    {
        _machine = machine;
        _buffers = buffers;
        _large = large;
        _network = network;
        _largestRun = largestRun;
        _watched = watched;
        _clock = clock;
        _data = new DemoData(machine.Settings.Seed);
        _history = new DemoHistory(clock);
        _writing = new DemoPhase(0, total, TimeSpan.Zero);
        _reading = _writing;
    }

    /// <summary>The moment at which the device had most packets.</summary>
    internal DemoSnapshot? Busiest { get; private set; }

    /// <summary>Who watches the machine; null for nobody.</summary>
    internal DmaVerifier? Verifier { get; private init; }

    /// <summary>Everything that was alive at <see cref="Busiest"/>, where somebody watches.</summary>
    internal VerifierSnapshot? Alive { get; private set; }

    /// <summary>Builds the machine and takes its memory.</summary>
    /// <param name="settings">What the machine is like.</param>
    /// <param name="total">How many bytes are written and read, a multiple of 4 KiB.</param>
    /// <param name="watched">Whether somebody looks on: then the load comes in waves.</param>
    /// <param name="notice">Is told what worked differently from what was asked for.</param>
    /// <param name="clock">The time.</param>
    /// <param name="verifier">How a verifier is to watch the machine; null for none.</param>
    /// <param name="cancellationToken">Gives up.</param>
    internal static async Task<DemoRun> StartAsync(
        MachineSettings settings, long total, bool watched, Action<string> notice, TimeProvider clock, VerifierOptions? verifier, CancellationToken cancellationToken)
    {
        DmaVerifier? attached = null;
        if (verifier is not null) settings = settings with { Watch = platform => attached = DmaVerifier.Attach(platform, verifier) };
        // One address space for all, so that disk and network have one pool of map registers, with an IOMMU too.
        DiskMachine machine = await DiskMachine.StartAsync(settings with { OneDomain = true }, [new BlankMedium(total)], notice, cancellationToken).ConfigureAwait(false);
        CommonBuffer? large = null;
        DemoBuffers? buffers = null;
        DemoNetwork? network = null;
        try
        {
            long longest = machine.Driver.Adapter.LargestCommonBuffer();
            large = machine.Driver.Adapter.AllocateCommonBufferUpTo(LargeBuffer, SmallestRequest, new CommonBufferOptions { Name = "large buffer" });
            if (machine.Platform is EmulatedPlatform emulated)
                network = await DemoNetwork.StartAsync(emulated, settings.Seed, watched, notice, clock, cancellationToken).ConfigureAwait(false);
            buffers = new DemoBuffers(machine);
            await machine.OpenDisksAsync(cancellationToken).ConfigureAwait(false);
            return new DemoRun(machine, buffers, large, network, longest, total, watched, clock) { Verifier = attached };
        }
        catch
        {
            buffers?.Dispose();
            if (network is not null) await network.DisposeAsync().ConfigureAwait(false);
            large?.Dispose();
            await machine.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Writes, reads back and compares, while frames go from one card to the other and are compared, too.</summary>
    /// <exception cref="ToolException">A byte came back as another one, or a device failed.</exception>
    internal async Task RunAsync(CancellationToken interrupted)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(interrupted);
        Task network = _network is null ? Task.CompletedTask : _network.RunAsync(LeastPackets, over.Token, interrupted);
        try
        {
            await StoreAsync(interrupted).ConfigureAwait(false);
        }
        finally
        {
            await over.CancelAsync().ConfigureAwait(false);
            await network.ConfigureAwait(false);
        }
    }

    private async Task StoreAsync(CancellationToken interrupted)
    {
        try
        {
            await MoveAsync(writing: true, interrupted).ConfigureAwait(false);
            await _machine.Disks[0].FlushAsync(CancellationToken.None).ConfigureAwait(false);
            _reading = _reading with { Total = _writing.Bytes };
            _writing = _writing with { Total = _writing.Bytes };
            await MoveAsync(writing: false, interrupted).ConfigureAwait(false);
        }
        catch (BlockDeviceException e)
        {
            throw _machine.Explain(e);
        }
    }

    /// <summary>The state of this moment.</summary>
    internal DemoSnapshot Look()
    {
        var packets = new CommandState[_machine.Driver.QueueDepth];
        _machine.Driver.CopyPacketStates(packets);
        MapRegisters registers = _machine.Function.Domain.MapRegisters;
        int total = registers.Capacity;
        return new DemoSnapshot
        {
            Settings = _machine.Settings,
            Adapter = _machine.Function.Info.ToString(),
            LargestRun = _largestRun,
            BigBuffer = (LargeBuffer, _large.Length),
            Buffers = [.. _machine.Function.Domain.CommonBuffers.Select(Describe)],
            Packets = packets,
            RegistersUsed = total - registers.Free,
            RegistersTotal = total,
            Writing = _writing,
            Reading = _reading,
            Network = _network?.Look(),
            Rates = _history.Rates(),
            Counters = _machine.Counters,
            Findings = Verifier is null ? null : [.. Verifier.Reports.Select(report => $"{report.Rule.Id} {report.Rule.Name}: {report.Owner}, allocated at {report.Origin}: {report.Message}")],
            PostedHighWater = _machine.Driver.Statistics.Commands.PostedHighWater,
        };
    }

    /// <summary>Makes the driver wrong, for the verifier to find: see <see cref="DemoBug"/>.</summary>
    internal void PlantBug() => DemoBug.Plant(_machine.Driver.Adapter);

    public async ValueTask DisposeAsync()
    {
        if (_network is not null) await _network.DisposeAsync().ConfigureAwait(false);
        _buffers.Dispose();
        _large.DeclareQuiet();
        _large.Dispose();
        await _machine.DisposeAsync().ConfigureAwait(false);
    }

    private async Task MoveAsync(bool writing, CancellationToken interrupted)
    {
        var inFlight = new InFlight(_buffers.Count);
        var sizes = new Random(_machine.Settings.Seed);
        var expected = new byte[DemoBuffers.Length];
        long started = _clock.GetTimestamp();
        long asked = 0, done = 0;
        long total = writing ? _writing.Total : _reading.Total;
        try
        {
            while (asked < total || inFlight.Count > 0)
            {
                interrupted.ThrowIfCancellationRequested();
                TimeSpan elapsed = _clock.GetElapsedTime(started);
                if (writing && elapsed > WriteLimit) total = asked;
                int depth = Depth(elapsed);
                while (inFlight.Count < depth && asked < total)
                {
                    int length = (int)Math.Min(total - asked, SmallestRequest * sizes.Next(1, DemoBuffers.Length / SmallestRequest + 1));
                    inFlight.Add(Ask(writing, asked, _buffers[inFlight.NextPlace][..length]), length);
                    asked += length;
                }

                if (inFlight.Count == 0) continue;
                NoteBusiest();
                Memory<byte> buffer = _buffers[inFlight.OldestPlace];
                int bytes = await inFlight.TakeAsync().ConfigureAwait(false);
                if (!writing) Compare(done, buffer.Span[..bytes], expected);
                done += bytes;
                _history.Add(bytes);
                var phase = new DemoPhase(done, total, _clock.GetElapsedTime(started));
                if (writing) _writing = phase;
                else _reading = phase;
            }
        }
        finally
        {
            await inFlight.DrainAsync().ConfigureAwait(false);
        }
    }

    private ValueTask Ask(bool writing, long position, Memory<byte> buffer)
    {
        if (!writing) return _machine.Disks[0].ReadAsync(position, buffer);
        _data.Fill(position, buffer.Span);
        return _machine.Disks[0].WriteAsync(position, buffer);
    }

    private void Compare(long position, ReadOnlySpan<byte> came, Span<byte> scratch)
    {
        Span<byte> expected = scratch[..came.Length];
        _data.Fill(position, expected);
        int equal = came.CommonPrefixLength(expected);
        if (equal < came.Length)
            throw new ToolException($"byte {SizeText.Exact(position + equal)} was written as 0x{expected[equal]:x2} and came back as 0x{came[equal]:x2}");
    }

    private int Depth(TimeSpan elapsed)
    {
        if (!_watched || elapsed > WriteLimit) return _buffers.Count;
        double wave = 0.5 - 0.5 * Math.Cos(elapsed / Wave * 2 * Math.PI);
        return Math.Clamp((int)Math.Round(_buffers.Count * (0.15 + 0.85 * wave)), 1, _buffers.Count);
    }

    private void NoteBusiest()
    {
        if (Busiest is { } known && known.Posted >= _machine.Driver.Statistics.Commands.Posted) return;
        DemoSnapshot now = Look();
        if (Busiest is not null && now.Posted <= Busiest.Posted) return;
        Busiest = now;
        Alive = Verifier?.TakeSnapshot();
    }

    private static DemoBuffer Describe(CommonBuffer buffer) => new(
        buffer.Name, buffer.LogicalAddress, buffer.Length,
        buffer.Name.StartsWith("command packets", StringComparison.Ordinal) ? DemoBufferKind.Packets
        : buffer.Name == "large buffer" ? DemoBufferKind.Large
        : buffer.Adapter.Function.Info.VendorId == NetworkVendor ? DemoBufferKind.Network
        : DemoBufferKind.Replies);
}
