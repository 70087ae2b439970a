using DmaKit.Devices;
using DmaKit.Drivers;
using DmaKit.Emulation;
using DmaKit.Platforms;

namespace DmaKit.Cli;

/// <summary>Many users of a mailbox device, each with a part of its memory: whole buffers and chains of fragments, fills and checksums.</summary>
internal sealed class MailboxTorture(TortureBench bench) : TortureScenario(bench)
{
    private const int BytesEach = 16 * 1024;

    private MailboxDriver? _driver;

    internal override string Name => "mailbox";

    internal override DeviceModel MakeModel() => new MailboxDevice(new MailboxOptions
    {
        NeedsContiguous = Random.Next(4) == 0,
        NeedsPageAligned = Random.Next(4) == 0,
        PacketDelay = Random.Next(2) == 0 ? TimeSpan.Zero : Bench.Between(0.01, 2),
    });

    internal override ToldReader MakeReader() => new MailboxToldReader();

    protected override async Task RunAsync(PciFunction function)
    {
        bool started = await Bench.AskAsync("start of the mailbox", _ =>
        {
            _driver = MailboxDriver.Start(function, Random.Next(1, 33), Bench.Between(400, 1500));
            return default;
        }).ConfigureAwait(false);
        if (!started || _driver is not { } driver) return;
        var work = new List<Task>();
        int workers = Random.Next(2, 17);
        if (driver.Length >= workers * BytesEach)
            for (int i = 0; i < workers; i++) work.Add(WorkAsync(driver, i, Random.Next(5, 25)));
        await Task.WhenAll(work).ConfigureAwait(false);
        await Bench.AskAsync("end of the mailbox", async _ => await driver.DisposeAsync().ConfigureAwait(false)).ConfigureAwait(false);
    }

    private async Task WorkAsync(MailboxDriver driver, int worker, int steps)
    {
        int version = 0;

        // What the device's part has; -1 where nobody knows: after a failed write, or after a reset of the device, which forgets it all.
        int known = 0;
        int resets = driver.Resets;
        for (int step = 0; step < steps; step++)
        {
            TimeSpan? limit = Random.Next(6) == 0 ? Bench.Between(0, 20) : null;
            int length = Random.Next(1, BytesEach + 1);
            int what = Random.Next(10);
            if (what < 4)
            {
                bool whole = await WriteAsync(driver, worker, ++version, limit).ConfigureAwait(false);
                (known, resets) = whole ? (version, resets) : (-1, resets);
            }
            else if (what < 8) await ReadAsync(driver, worker, length, known, () => driver.Resets == resets, limit).ConfigureAwait(false);
            else if (what == 8)
            {
                await Bench.AskAsync("checksum", async token => await driver.ChecksumAsync((long)worker * BytesEach, length, token).ConfigureAwait(false), limit).ConfigureAwait(false);
            }
            else
            {
                known = -1;
                await Bench.AskAsync("fill", token => driver.FillAsync((long)worker * BytesEach, length, 0x11, token), limit).ConfigureAwait(false);
            }

            if (driver.Resets != resets) (known, resets) = (-1, driver.Resets);
            if (Random.Next(4) == 0) await Bench.PauseAsync(Bench.Between(0, 5)).ConfigureAwait(false);
        }
    }

    private async Task<bool> WriteAsync(MailboxDriver driver, int worker, int version, TimeSpan? limit)
    {
        int before = driver.Resets;
        using var buffer = new TortureBuffer(Bench, BytesEach);
        TortureBytes.Fill(buffer.Memory.Span, worker, version, 0);
        using BufferChain chain = Cut(buffer.Memory);
        bool chained = Random.Next(2) == 0;
        bool done = await Bench.AskAsync(
            TortureBench.Text($"mailbox write by worker {worker}"),
            token => chained ? driver.WriteAsync((long)worker * BytesEach, chain.Range(0), token) : driver.WriteAsync((long)worker * BytesEach, buffer.Memory, token),
            limit).ConfigureAwait(false);
        return done && driver.Resets == before;
    }

    private async Task ReadAsync(MailboxDriver driver, int worker, int length, int known, Func<bool> stillKnown, TimeSpan? limit)
    {
        using var buffer = new TortureBuffer(Bench, length);
        buffer.Memory.Span.Fill(TortureBytes.Untouched);
        using BufferChain chain = Cut(buffer.Memory);
        bool chained = Random.Next(2) == 0;
        bool done = await Bench.AskAsync(
            TortureBench.Text($"mailbox read by worker {worker}"),
            token => chained ? driver.ReadAsync((long)worker * BytesEach, chain.Range(0), token) : driver.ReadAsync((long)worker * BytesEach, buffer.Memory, token),
            limit).ConfigureAwait(false);
        if (!done || known < 0 || !stillKnown() || TortureBytes.Are(buffer.Memory.Span, worker, known, 0, Bench.Bytes)) return;
        Bench.Lose(TortureBench.Text($"the part of worker {worker} read wrong: it does not have version {known}"));
    }

    private BufferChain Cut(Memory<byte> memory)
    {
        BufferChain chain = BufferChain.Rent();
        while (memory.Length > 0)
        {
            int part = Random.Next(3) == 0 ? Math.Min(memory.Length, Random.Next(1, 600)) : Math.Min(memory.Length, Random.Next(1, 9000));
            chain.Add(memory[..part]);
            memory = memory[part..];
        }

        return chain;
    }
}
