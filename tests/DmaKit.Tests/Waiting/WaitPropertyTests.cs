using FsCheck;
using FsCheck.Fluent;

namespace DmaKit.Tests;

/// <summary>Random histories over registers, runs, packets, blocks, a heap and a turn, held against brute force; and twins that it must catch.</summary>
public sealed class WaitPropertyTests
{
    [Fact]
    public void R2_RandomHistoriesFollowTheRuleMissNoHangAndRaiseNoFalseAlarm()
    {
        long deadlocks = 0;
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(300), Property(() => new LibraryWaits(d => deadlocks += d.Deadlocks), Registers()));
        Assert.True(deadlocks > 50, $"only {deadlocks} deadlocks in all histories: they show nothing");
    }

    [Fact(Explicit = true), Trait("Category", "Soak")]
    public void R2_ManyRandomHistories() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(20_000), Property(() => new LibraryWaits(null), Registers()));

    [Fact]
    public void R2_ATwinWithoutDefectPasses() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(50), Property(() => new TwinWaits(WaitDefect.None), TwinWaits.Registers));

    [Theory]
    [InlineData("HoldsAndWaits", "a hang was missed")]
    [InlineData("IgnoresContiguity", "somebody passed")]
    [InlineData("SmallFirst", "somebody")]
    [InlineData("NoClasses", "somebody")]
    [InlineData("EndsTheOldest", "a false alarm")]
    [InlineData("OrderAboveAll", "somebody is kept waiting")]
    [InlineData("SuspectsTheUnnamed", "a false alarm")]
    [InlineData("ForgetsWhoIsBehind", "somebody is kept waiting")]
    [InlineData("CancelsTheGranted", "another end")]
    [InlineData("GivesTwice", "given out twice")]
    public void R2_TheSamePropertyCatchesTwins(string defect, string complaint)
    {
        Exception error = Assert.ThrowsAny<Exception>(() => Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(2000), Property(() => new TwinWaits(Enum.Parse<WaitDefect>(defect)), TwinWaits.Registers, complaint)));
        Assert.Contains(complaint, error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void R2_PartsOfARequestThatWaitSideBySideNeverHang()
    {
        long deadlocks = 0;
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(200), Prop.ForAll(Histories.Arbitrary(60), steps =>
        {
            using var system = new LibraryWaits(d => deadlocks += d.Deadlocks);
            return Histories.Holds(WaitHistory.PlayFreely(system, steps));
        }));
        Assert.True(deadlocks > 50, $"only {deadlocks} deadlocks in all histories: they show nothing");
    }

    private static Property Property(Func<IWaitSystem> make, int[] registers, string only = "") => Prop.ForAll(
        Histories.Arbitrary(60),
        steps =>
        {
            using IWaitSystem system = make();
            return Histories.Holds(WaitHistory.Play(system, registers, steps), only);
        });

    /// <summary>Where the library's registers are: the machine hands the same ones out every time.</summary>
    private static int[] Registers()
    {
        using var system = new LibraryWaits(null);
        var all = new WaitTicket { Request = -1, Resource = WaitResource.Registers, Amount = 12, Arrival = 0 };
        system.Start(all);
        return [.. system.Look(all).Units.Order()];
    }
}
