using System.Globalization;

namespace DmaKit.Drivers.Tests;

/// <summary>One source on a card with the real clock, while threads of this process keep the cores busy.</summary>
internal sealed class RealTimeRun
{
    private long _last;
    private long _warm;
    private long _allocatedBefore = -1;

    private RealTimeRun(HeardSink heard, long frames)
    {
        Heard = heard;
        Frames = frames;
    }

    public HeardSink Heard { get; }

    /// <summary>How many frames were to be played.</summary>
    public long Frames { get; }

    public CyclicStatistics Counted { get; private set; }

    /// <summary>The longest time between two updates of the player.</summary>
    public TimeSpan LongestPause { get; private set; }

    public long Updates { get; private set; }

    /// <summary>What the whole process allocated on the managed heap, but for the first tenth of the run.</summary>
    public long AllocatedBytes { get; private set; }

    public static async Task<RealTimeRun> PlayAsync(TimeSpan length, TimeSpan lead, int busyThreads)
    {
        var source = new NoiseSource(1, long.MaxValue / 8);
        var run = new RealTimeRun(new HeardSink(source), (long)(length.TotalSeconds * 44_100));
        using var ended = new ManualResetEventSlim();
        Thread[] busy = [.. Enumerable.Range(0, busyThreads).Select(_ => new Thread(() => Burn(ended)))];
        foreach (Thread thread in busy) thread.Start();
        try
        {
            await using var machine = new SoundMachine(dac2: run.Heard, stepped: false);
            await machine.RunAsync(card => run.PlayAsync(card, source, lead));
            Assert.Empty(machine.Platform.Misuse.Reports);
        }
        finally
        {
            ended.Set();
            foreach (Thread thread in busy) thread.Join();
        }

        return run;
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Heard.Frames / 44_100.0:0.0} s played, {Updates:#,0} updates, the longest {LongestPause.TotalMilliseconds:0.0} ms apart; {Counted.Underruns} underruns, {Counted.UnderrunBytes} bytes missing, {Counted.LateBytes} late, {Counted.StaleBytes} stale; "
        + $"heard: {Heard.Right} right, {Heard.Silent} silent, {Heard.Wrong} wrong, longest gap {Heard.LongestGap / 44.1:0.0} ms; {AllocatedBytes} bytes allocated");

    private async Task PlayAsync(Es1370Driver card, NoiseSource source, TimeSpan lead)
    {
        CyclicTransfer play = card.Open(Es1370Converter.Dac2, SoundMachine.Cd, new() { Ring = TimeSpan.FromSeconds(1.4), Period = lead / 4 });
        play.Prepare();
        var player = new StreamPlayer(play, SoundMachine.Cd, lead);
        player.Add(source, 0);
        _warm = Frames / 10;
        await player.RunAsync(toEnd: false, Look);
        Counted = play.Statistics;
    }

    private void Look(StreamPlayer player)
    {
        TimeProvider clock = player.Transfer.Adapter.Function.Platform.Clock;
        long now = clock.GetTimestamp();
        long frame = player.Transfer.Position / 4;
        if (Updates++ > 0) LongestPause = TimeSpan.FromTicks(Math.Max(LongestPause.Ticks, clock.GetElapsedTime(_last, now).Ticks));
        _last = now;
        if (_allocatedBefore < 0 && frame >= _warm) _allocatedBefore = GC.GetTotalAllocatedBytes(precise: true);
        if (frame < Frames) return;
        AllocatedBytes = GC.GetTotalAllocatedBytes(precise: true) - _allocatedBefore;
        player.Transfer.Stop();
    }

    private static void Burn(ManualResetEventSlim ended)
    {
        while (!ended.IsSet) Thread.SpinWait(1_000);
    }
}
