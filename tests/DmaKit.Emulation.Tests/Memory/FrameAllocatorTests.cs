using DmaKit.Platforms;
using FsCheck;
using FsCheck.Fluent;

namespace DmaKit.Emulation.Tests;

public sealed class FrameAllocatorTests
{
    private static Property Histories(Func<FrameAllocator, IFrames> make) => Prop.ForAll(
        Gen.Choose(0, int.MaxValue).ArrayOf(120).ToArbitrary(),
        steps =>
        {
            string? violation = FrameHistory.Violation(make(NewAllocator()), steps);
            return (violation is null).Label(violation ?? "");
        });

    [Fact]
    public void No_history_breaks_a_rule() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(150), Histories(frames => new RealFrames(frames)));

    [Theory]
    [InlineData(nameof(Defect.IgnoresBoundary))]
    [InlineData(nameof(Defect.IgnoresAlignment))]
    [InlineData(nameof(Defect.IgnoresMaximum))]
    [InlineData(nameof(Defect.LeaksOddRuns))]
    [InlineData(nameof(Defect.HandsOutTwice))]
    public void A_twin_with_a_defect_is_caught(string defect) =>
        Assert.ThrowsAny<Exception>(() => Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(150).WithEndSize(1),
            Histories(frames => new BuggyFrames(frames, Enum.Parse<Defect>(defect)))));

    [Fact]
    public void Freeing_twice_is_noticed()
    {
        FrameAllocator frames = NewAllocator();
        Assert.True(frames.TryAllocate(new FrameRequest(8, 0, 2999), out long first));
        frames.Free(first, 8);
        Assert.Throws<InvalidOperationException>(() => frames.Free(first + 3, 2));
        Assert.Throws<InvalidOperationException>(() => frames.Free(2999, 2));
    }

    [Fact]
    public void A_run_across_buddies_is_found()
    {
        // Frames 1 to 2,999: the largest block is 1,024 frames, the run has 2,999.
        FrameAllocator frames = NewAllocator();
        Assert.Equal(2999, frames.LargestRun(new FrameRequest(1, 0, MachineMemory.LastFrame)));
        Assert.True(frames.TryAllocate(new FrameRequest(2999, 0, MachineMemory.LastFrame), out long first));
        Assert.Equal(1, first);
        Assert.Equal(0, frames.FreeFrames);
    }

    [Fact]
    public void Pieces_are_the_largest_blocks_at_hand()
    {
        FrameAllocator frames = NewAllocator();
        Assert.True(frames.TryAllocateSome(100, 0, 2999, out FrameRun run));
        Assert.Equal(64, run.Count);
        Assert.False(frames.TryAllocateSome(1, 5000, 6000, out _));
    }

    [Fact]
    public void Random_members_are_found_in_order()
    {
        const int Seed = 11;
        var random = new Random(Seed);
        var bitmap = new FrameBitmap(300_000);
        var members = new SortedSet<long>();
        for (int i = 0; i < 2000; i++)
        {
            long member = random.NextInt64(300_000);
            bitmap.Add(member);
            members.Add(member);
            if (i % 3 == 0)
            {
                long gone = members.ElementAt(random.Next(members.Count));
                bitmap.Remove(gone);
                members.Remove(gone);
            }
        }

        var found = new List<long>();
        for (long at = bitmap.Next(0); at >= 0; at = bitmap.Next(at + 1)) found.Add(at);
        Assert.True(members.SequenceEqual(found), $"seed {Seed}");
    }

    private static FrameAllocator NewAllocator()
    {
        var frames = new FrameAllocator(FrameHistory.Frames);
        frames.Free(1, FrameHistory.Frames - 1);
        return frames;
    }
}
