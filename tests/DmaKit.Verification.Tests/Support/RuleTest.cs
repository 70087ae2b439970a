namespace DmaKit.Verification.Tests;

/// <summary>
/// A rule's two drivers: <see cref="Buggy"/> trips the rule and no other, <see cref="Clean"/> trips none. They differ in a few lines, and a guard
/// holds that no two rules have the same buggy driver.
/// </summary>
public abstract class RuleTest
{
    /// <summary>The rule's number.</summary>
    protected abstract string Id { get; }

    private protected virtual RuleOptions Options => new();

    private protected abstract Task Buggy(RuleBench bench);

    private protected abstract Task Clean(RuleBench bench);

    [Fact]
    public async Task The_buggy_driver_trips_the_rule_and_no_other()
    {
        IReadOnlyList<VerifierReport> reports = await OnOurs(Buggy);
        Assert.NotEmpty(reports);
        Assert.All(reports, r => Assert.Equal(Id, r.Rule.Id));
        Assert.All(reports, r => Assert.DoesNotContain("DmaKit.", r.At.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_clean_twin_trips_none() => Assert.Empty(await OnOurs(Clean));

    /// <summary>Both drivers on one machine of QEMU's with VT-d, the clean one first.</summary>
    internal async Task RunOnQemuAsync()
    {
        DmaVerifier verifier;
        await using (RuleMachine machine = await QemuRuleMachine.StartAsync(Options))
        {
            verifier = DmaVerifier.Attach(machine.Platform, Options.Verifier);
            string edu = machine.AddEdu();
            await using (RuleBench bench = await RuleBench.OpenAsync(machine, verifier, edu, Options)) await Drive(bench, Clean);
            verifier.Check();
            Tell(verifier);
            Assert.Empty(verifier.Reports);
            await using (RuleBench bench = await RuleBench.OpenAsync(machine, verifier, edu, Options)) await Drive(bench, Buggy);
        }

        Tell(verifier);
        Assert.NotEmpty(verifier.Reports);
        Assert.All(verifier.Reports, r => Assert.Equal(Id, r.Rule.Id));
    }

    private static void Tell(DmaVerifier verifier)
    {
        foreach (VerifierReport report in verifier.Reports) TestContext.Current.TestOutputHelper?.WriteLine(report.ToString());
    }

    private static async Task Drive(RuleBench bench, Func<RuleBench, Task> driver)
    {
        try
        {
            await driver(bench);
        }
        catch (Exception e) when (e is DmaException or ArgumentException or ObjectDisposedException)
        {
            // A driver that swallows what it is told: the verifier must keep it all the same.
            TestContext.Current.TestOutputHelper?.WriteLine($"swallowed: {e.Message}");
        }
    }

    private async Task<IReadOnlyList<VerifierReport>> OnOurs(Func<RuleBench, Task> driver)
    {
        DmaVerifier verifier;
        await using (RuleBench bench = await RuleBench.OpenAsync(Options))
        {
            verifier = bench.Verifier;
            await Drive(bench, driver);
        }

        Tell(verifier);
        return verifier.Reports;
    }
}
