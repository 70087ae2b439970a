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
        IReadOnlyList<VerifierReport> reports = await Run(Buggy);
        Assert.NotEmpty(reports);
        Assert.All(reports, r => Assert.Equal(Id, r.Rule.Id));
        Assert.All(reports, r => Assert.DoesNotContain("DmaKit.", r.At.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_clean_twin_trips_none() => Assert.Empty(await Run(Clean));

    private async Task<IReadOnlyList<VerifierReport>> Run(Func<RuleBench, Task> driver)
    {
        DmaVerifier verifier;
        await using (RuleBench bench = await RuleBench.OpenAsync(Options))
        {
            verifier = bench.Verifier;
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

        foreach (VerifierReport report in verifier.Reports) TestContext.Current.TestOutputHelper?.WriteLine(report.ToString());
        return verifier.Reports;
    }
}
