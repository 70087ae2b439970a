using DmaKit.Devices;
using DmaKit.Drivers;
using DmaKit.Emulation;
using DmaKit.Platforms;
using DriverDisk = DmaKit.Drivers.ScsiDisk;
using ModelDisk = DmaKit.Devices.ScsiDisk;

namespace DmaKit.Cli;

/// <summary>Many readers and writers on the disks of one Fusion MPT adapter, each on blocks of its own, with every kind of buffer, who give up now and then.</summary>
internal sealed class StorageTorture(TortureBench bench) : TortureScenario(bench)
{
    private const int Block = 512;
    private const int BlocksEach = 64;
    private const long DiskBytes = 2 << 20;

    internal override string Name => "storage";

    internal override DeviceModel MakeModel()
    {
        int disks = Random.Next(1, 3);

        // A bug that gives memory back while the device has it shows only where the device has it for a while.
        bool atOnce = Random.Next(2) == 0 && !PretendsQuiet;
        return new FusionMptAdapter(
            [.. Enumerable.Range(0, disks).Select(_ => new ModelDisk(new MemoryDiskImage(DiskBytes)))],
            new FusionMptOptions { CommandDelay = atOnce ? TimeSpan.Zero : Bench.Between(PretendsQuiet ? 1 : 0.01, 5) });
    }

    internal override ToldReader MakeReader() => new FusionToldReader();

    /// <summary>The planted bug <c>early-reuse</c>: now and then what is in quarantine, and what is at the device, is declared quiet though it is not.</summary>
    internal bool PretendsQuiet { get; init; }

    protected override async Task RunAsync(PciFunction function)
    {
        var options = new FusionMptDriverOptions
        {
            QueueDepth = Random.Next(1, 33),
            CommandTimeout = Bench.Between(60, 600),
            AbortTimeout = Bench.Between(20, 60),
            TargetResetTimeout = Bench.Between(20, 60),
            AdapterTimeout = Bench.Between(100, 400),
        };
        FusionMptDriver? driver = null;
        bool started = await Bench.AskAsync("start of the adapter", async token => driver = await FusionMptDriver.StartAsync(function, options, token).ConfigureAwait(false)).ConfigureAwait(false);
        if (!started || driver is null) return;
        IReadOnlyList<DriverDisk> disks = [];
        await Bench.AskAsync("scan", async token => disks = await driver.ScanAsync(token).ConfigureAwait(false)).ConfigureAwait(false);
        var work = new List<Task>();
        int workers = Random.Next(2, 13);
        for (int i = 0; i < workers && disks.Count > 0; i++) work.Add(WorkAsync(disks[i % disks.Count], i, Random.Next(5, 25)));
        var all = Task.WhenAll(work);
        while (PretendsQuiet && !all.IsCompleted)
        {
            await Bench.PauseAsync(Bench.Between(0.1, 5)).ConfigureAwait(false);
            driver.Adapter.DeclareQuiet();
        }

        await all.ConfigureAwait(false);
        await Bench.AskAsync("end of the adapter", async _ => await driver.DisposeAsync().ConfigureAwait(false)).ConfigureAwait(false);
    }

    private async Task WorkAsync(DriverDisk disk, int worker, int steps)
    {
        // What each block may have: one version, or several after a write whose end nobody knows.
        var versions = new HashSet<int>[BlocksEach];
        for (int i = 0; i < versions.Length; i++) versions[i] = [0];
        int version = 0;
        for (int step = 0; step < steps; step++)
        {
            int first = Random.Next(BlocksEach);
            int count = Random.Next(1, Math.Min(BlocksEach - first, 48) + 1);
            TimeSpan? limit = Random.Next(6) == 0 ? Bench.Between(0, 20) : null;
            int what = Random.Next(20);
            if (what == 0) await Bench.AskAsync("flush", token => disk.FlushAsync(token), limit).ConfigureAwait(false);
            else if (what <= 10) await WriteAsync(disk, worker, first, count, ++version, versions, limit).ConfigureAwait(false);
            else await ReadAsync(disk, worker, first, count, versions, limit).ConfigureAwait(false);
            if (Random.Next(4) == 0) await Bench.PauseAsync(Bench.Between(0, 5)).ConfigureAwait(false);
        }
    }

    private async Task WriteAsync(DriverDisk disk, int worker, int first, int count, int version, HashSet<int>[] versions, TimeSpan? limit)
    {
        using var buffer = new TortureBuffer(Bench, count * Block);
        for (int i = 0; i < count; i++) TortureBytes.Fill(buffer.Memory.Span.Slice(i * Block, Block), worker, version, (first + i) * (long)Block);
        for (int i = first; i < first + count; i++) versions[i].Add(version);
        bool done = await Bench.AskAsync(
            TortureBench.Text($"write of {count} blocks by worker {worker}"), token => disk.WriteAsync(PlaceOf(worker, first), buffer.Memory, token), limit).ConfigureAwait(false);
        if (!done) return;
        for (int i = first; i < first + count; i++) versions[i] = [version];
    }

    private async Task ReadAsync(DriverDisk disk, int worker, int first, int count, HashSet<int>[] versions, TimeSpan? limit)
    {
        using var buffer = new TortureBuffer(Bench, count * Block);
        buffer.Memory.Span.Fill(TortureBytes.Untouched);
        bool done = await Bench.AskAsync(
            TortureBench.Text($"read of {count} blocks by worker {worker}"), token => disk.ReadAsync(PlaceOf(worker, first), buffer.Memory, token), limit).ConfigureAwait(false);
        if (!done) return;
        for (int i = 0; i < count; i++)
        {
            ReadOnlyMemory<byte> block = buffer.Memory.Slice(i * Block, Block);
            long place = (first + i) * (long)Block;
            if (versions[first + i].Any(v => TortureBytes.Are(block.Span, worker, v, place, Bench.Bytes))) continue;
            Bench.Lose(TortureBench.Text($"block {first + i} of worker {worker} read wrong: it has none of the versions {string.Join(", ", versions[first + i])}"));
            return;
        }
    }

    private static long PlaceOf(int worker, int block) => (((long)worker * BlocksEach) + block) * Block;
}
