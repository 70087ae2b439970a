using DmaKit.Devices;
using DmaKit.Drivers;
using DmaKit.Emulation;
using DmaKit.Platforms;

namespace DmaKit.Cli;

/// <summary>Sound out of and into an ES1370, written and read in pieces, with pauses long enough for gaps.</summary>
internal sealed class SoundTorture(TortureBench bench) : TortureScenario(bench)
{
    private const double Rate = 44_100;

    private readonly MemorySoundSink _sink = new(1 << 20);

    internal override string Name => "sound";

    internal override DeviceModel MakeModel()
    {
        byte[] sound = new byte[1 << 16];
        Random.NextBytes(sound);
        return new Es1370Device(dac2: _sink, adc: new MemorySoundSource(sound), options: new Es1370Options { Jitter = Random.Next(2) == 0 ? TimeSpan.Zero : Bench.Between(0, 2), Seed = Random.Next() });
    }

    internal override ToldReader MakeReader() => new Es1370ToldReader();

    protected override async Task RunAsync(PciFunction function)
    {
        Es1370Driver? driver = null;
        bool started = await Bench.AskAsync("start of the sound card", _ =>
        {
            driver = Es1370Driver.Start(function);
            return default;
        }).ConfigureAwait(false);
        if (!started || driver is null) return;
        var work = new List<Task>();
        if (Random.Next(4) != 0) work.Add(PlayAsync(driver));
        if (work.Count == 0 || Random.Next(2) == 0) work.Add(RecordAsync(driver));
        await Task.WhenAll(work).ConfigureAwait(false);
        await Bench.AskAsync("end of the sound card", async _ => await driver.DisposeAsync().ConfigureAwait(false)).ConfigureAwait(false);
    }

    private Task<CyclicTransfer?> OpenAsync(Es1370Driver driver, Es1370Converter converter) => OpenAsync(driver, converter, new Es1370StreamOptions
    {
        Ring = Bench.Between(20, 100),
        Period = Bench.Between(2, 10),
        PollInterval = Random.Next(2) == 0 ? TimeSpan.Zero : Bench.Between(2, 10),
    });

    private async Task<CyclicTransfer?> OpenAsync(Es1370Driver driver, Es1370Converter converter, Es1370StreamOptions options)
    {
        CyclicTransfer? transfer = null;
        await Bench.AskAsync("opening of a converter", _ =>
        {
            transfer = driver.Open(converter, new StreamFormat(SampleFormat.Int16, 2, Rate), options);
            transfer.Start();
            return default;
        }).ConfigureAwait(false);
        return transfer;
    }

    private async Task PlayAsync(Es1370Driver driver)
    {
        if (await OpenAsync(driver, Es1370Converter.Dac2).ConfigureAwait(false) is not { } transfer) return;
        int pieces = Random.Next(5, 30);
        for (int i = 0; i < pieces; i++)
        {
            byte[] piece = new byte[4 * Random.Next(1, 2000)];
            piece.AsSpan().Fill((byte)(i + 1));

            // A card that says nothing any more leaves its writers waiting: they have a limit, always.
            await Bench.AskAsync("sound to play", async token => await transfer.WriteAsync(piece, token).ConfigureAwait(false), TimeSpan.FromSeconds(1)).ConfigureAwait(false);
            if (Random.Next(5) == 0) await Bench.PauseAsync(Bench.Between(0, 60)).ConfigureAwait(false);
        }

        await EndAsync(transfer, drains: true).ConfigureAwait(false);
    }

    private async Task RecordAsync(Es1370Driver driver)
    {
        if (await OpenAsync(driver, Es1370Converter.Adc).ConfigureAwait(false) is not { } transfer) return;
        int pieces = Random.Next(5, 30);
        for (int i = 0; i < pieces; i++)
        {
            byte[] piece = new byte[4 * Random.Next(1, 1000)];
            await Bench.AskAsync("sound to record", async token => await transfer.ReadAsync(piece, token).ConfigureAwait(false), TimeSpan.FromSeconds(1)).ConfigureAwait(false);
            if (Random.Next(5) == 0) await Bench.PauseAsync(Bench.Between(0, 60)).ConfigureAwait(false);
        }

        await EndAsync(transfer, drains: false).ConfigureAwait(false);
    }

    private async Task EndAsync(CyclicTransfer transfer, bool drains)
    {
        if (drains) await Bench.AskAsync("draining", token => transfer.DrainAsync(token), TimeSpan.FromSeconds(2)).ConfigureAwait(false);
        await Bench.AskAsync("end of a converter", _ =>
        {
            transfer.Dispose();
            return default;
        }).ConfigureAwait(false);
    }
}
