namespace DmaKit.Drivers.Tests;

/// <summary>Playing on the real clock, where nobody waits for the program: what it missed is heard as silence, and is in the books.</summary>
public sealed class RealTimePlayTests(ITestOutputHelper output)
{
    [Fact]
    public async Task S4_In_real_time_every_silent_frame_is_in_the_books()
    {
        RealTimeRun run = await RealTimeRun.PlayAsync(TimeSpan.FromSeconds(1), lead: TimeSpan.FromMilliseconds(20), busyThreads: 0);
        Judge(run);
    }

    [Fact(Explicit = true), Trait("Category", "Soak")]
    public async Task S4_Soak_A_minute_with_ten_milliseconds_of_lead_while_every_core_is_busy()
    {
        RealTimeRun run = await RealTimeRun.PlayAsync(TimeSpan.FromSeconds(60), lead: TimeSpan.FromMilliseconds(10), busyThreads: Environment.ProcessorCount);
        Judge(run);

        // This is what the whole process allocates, and the runtime's thread pool ends threads that are idle and begins others: the busier the machine, the more.
        // One object an update, the smallest there is, would be three times this.
        Assert.InRange(run.AllocatedBytes, 0, 8 * run.Updates);
    }

    [Fact]
    public void S4_Twin_a_frame_of_another_source_or_of_another_place_is_seen()
    {
        var source = new NoiseSource(1, 1_000);
        byte[] frames = new byte[4_000];
        source.Read(0, 1_000, frames);
        Assert.Equal((1_000, 0, 0), Hear(frames));
        frames.AsSpan(400, 80).Clear();
        Assert.Equal((980, 20, 0), Hear(frames));
        source.Read(7, 20, frames.AsSpan(400, 80));
        Assert.Equal((980, 0, 20), Hear(frames));

        (long Right, long Silent, long Wrong) Hear(byte[] played)
        {
            var sink = new HeardSink(source);
            sink.Write(SoundMachine.Cd, played);
            return (sink.Right, sink.Silent, sink.Wrong);
        }
    }

    private void Judge(RealTimeRun run)
    {
        output.WriteLine(run.ToString());
        CyclicStatistics counted = run.Counted;
        HeardSink heard = run.Heard;

        // Only where nobody reported for a whole ring of more than a second does the card play old data, and how much is known no better than that.
        if (counted.StaleBytes == 0)
        {
            // A gap reaches up to where the next write could be in time: what of it lies beyond the stop was not heard. What the device came over while it was written is
            // late, and was missing by the report that came meanwhile: some of it is heard, some is not, and a frame may be half of each.
            Assert.InRange(4 * heard.Wrong, 0, counted.LateBytes);
            Assert.InRange(4 * heard.Silent, counted.UnderrunBytes - counted.DroppedBytes - counted.LateBytes, counted.UnderrunBytes + counted.LateBytes);
        }

        Assert.Equal(counted.Underruns > 0, counted.UnderrunBytes > 0);
        Assert.True(heard.Frames >= run.Frames);
    }
}
