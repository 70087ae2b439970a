using DmaKit.Devices;
using DmaKit.Drivers;
using DmaKit.Emulation;
using DmaKit.Platforms;

namespace DmaKit.Cli;

/// <summary>Factorials and moved bytes on an edu device, one after the other, and given up now and then.</summary>
internal sealed class EduTorture(TortureBench bench) : TortureScenario(bench)
{
    internal override string Name => "edu";

    internal override DeviceModel MakeModel() => new EduDevice(new EduOptions { TransferDelay = Bench.Between(0, 20) });

    internal override ToldReader MakeReader() => new EduToldReader();

    protected override async Task RunAsync(PciFunction function)
    {
        EduDriver? driver = null;
        bool started = await Bench.AskAsync("start of edu", _ =>
        {
            driver = EduDriver.Start(function);
            return default;
        }).ConfigureAwait(false);
        if (!started || driver is null) return;
        int known = 0;
        int steps = Random.Next(20, 120);
        for (int step = 1; step <= steps; step++)
        {
            // The driver waits for the interrupt as long as its caller does: the caller has a limit, always. It passes only when something went wrong.
            bool hurry = Random.Next(8) == 0;
            TimeSpan limit = hurry ? Bench.Between(0, 20) : TimeSpan.FromSeconds(5);
            long start = Bench.Machine.Clock.GetTimestamp();
            int what = Random.Next(3);
            bool done = what switch
            {
                0 => await FactorialAsync(driver, limit).ConfigureAwait(false),
                1 => await WriteAsync(driver, step, limit).ConfigureAwait(false),
                _ => await ReadAsync(driver, known, limit).ConfigureAwait(false),
            };
            if (what == 1) known = done ? step : -1;
            if (!done && !hurry && !Bench.MayFail && Bench.Machine.Clock.GetElapsedTime(start) >= limit) Bench.Lose("an interrupt of edu never came though nothing went wrong");
        }

        // What its caller gave up is waited for by the next operation: the last one is not given up, so that nothing is left at the device.
        await FactorialAsync(driver, TimeSpan.FromSeconds(5)).ConfigureAwait(false);
        await Bench.AskAsync("end of edu", async _ => await driver.DisposeAsync().ConfigureAwait(false)).ConfigureAwait(false);
    }

    private async Task<bool> FactorialAsync(EduDriver driver, TimeSpan limit)
    {
        uint number = (uint)Random.Next(40);
        uint expected = 1;
        for (uint i = 2; i <= number; i++) expected = unchecked(expected * i);
        uint got = 0;
        bool done = await Bench.AskAsync("factorial", async token => got = await driver.FactorialAsync(number, token).ConfigureAwait(false), limit).ConfigureAwait(false);
        if (done && got != expected && !Bench.Bytes.HasFlag(FaultEffect.WrongBytes)) Bench.Lose(TortureBench.Text($"{number}! came as {got}, not {expected}"));
        return done;
    }

    private async Task<bool> WriteAsync(EduDriver driver, int version, TimeSpan limit)
    {
        byte[] data = new byte[EduDriver.BufferLength];
        TortureBytes.Fill(data, 0, version, 0);
        return await Bench.AskAsync("write to edu", token => driver.WriteAsync(0, data, token), limit).ConfigureAwait(false);
    }

    private async Task<bool> ReadAsync(EduDriver driver, int known, TimeSpan limit)
    {
        byte[] data = new byte[Random.Next(1, EduDriver.BufferLength + 1)];
        bool done = await Bench.AskAsync("read from edu", token => driver.ReadAsync(0, data, token), limit).ConfigureAwait(false);

        // Its common buffer is one and the same for all moves: what a device leaves out shows what was moved before.
        FaultEffect effects = Bench.Bytes;
        if (done && known >= 0 && effects == FaultEffect.None && !TortureBytes.Are(data, 0, known, 0, effects)) Bench.Lose(TortureBench.Text($"edu's buffer does not have version {known}"));
        return done;
    }
}
