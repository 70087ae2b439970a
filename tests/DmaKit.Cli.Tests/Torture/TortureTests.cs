using DmaKit.Emulation;

namespace DmaKit.Cli.Tests;

/// <summary>The torture: its plans replay, its faults are survived, and bugs that are planted are found.</summary>
public sealed class TortureTests
{
    [Fact]
    public async Task The_same_seed_gives_the_same_line_twice()
    {
        ToolResult first = (await InProcess.RunAsync("torture", "--seed", "5", "--plans", "12")).Succeeded();
        ToolResult second = (await InProcess.RunAsync("torture", "--seed", "5", "--plans", "12")).Succeeded();
        Assert.Matches(@"^seed 5: 12 plans, \d+ requests, 0 hung, 0 lost, 0 reused\n$", first.Output);
        Assert.Equal(first.Output, second.Output);
        Assert.Empty(first.Error);
    }

    /// <summary>Each fault alone against each driver's work: nothing hangs, every request ends with right data or with an error that the fault explains.</summary>
    [Theory]
    [InlineData("storage")]
    [InlineData("network")]
    [InlineData("sound")]
    [InlineData("mailbox")]
    [InlineData("edu")]
    [InlineData("memory")]
    public void Each_fault_alone_is_survived(string work)
    {
        long struck = 0;
        foreach (FaultKind kind in Enum.GetValues<FaultKind>())
        {
            for (int after = 5; after <= 600; after *= 12)
            {
                TortureResult result = Play(work, new Fault(kind, after), seed: after + (int)kind);
                Assert.True(result.IsClean, $"{result.Text}\n{string.Join('\n', result.Findings)}");
                struck += result.Struck;
            }
        }

        Assert.True(work == "memory" || struck > 0, "no fault struck");
    }

    [Theory]
    [InlineData("early-reuse")]
    [InlineData("lost-irq")]
    [InlineData("double-tag")]
    public async Task A_planted_bug_is_found_and_its_replay_fails_ten_times_out_of_ten(string plant)
    {
        ToolResult found = await InProcess.RunAsync("torture", "--seed", "1", "--plans", "60", "--plant", plant);
        Assert.Equal(ExitCode.Failed, found.ExitCode);
        string command = found.Error.Split('\n').Single(l => l.StartsWith("dmakit: plan ", StringComparison.Ordinal)).Split("dmakit torture ")[1];
        string first = "";
        for (int i = 0; i < 10; i++)
        {
            ToolResult replay = await InProcess.RunAsync(["torture", .. command.Split(' ')]);
            Assert.Equal(ExitCode.Failed, replay.ExitCode);
            if (i == 0) first = replay.Output;
            Assert.Equal(first, replay.Output);
        }
    }

    /// <summary>Counted in plans and not in time, which depends on what else the machine has to do.</summary>
    [Theory]
    [InlineData("early-reuse", 3)]
    [InlineData("lost-irq", 8)]
    [InlineData("double-tag", 8)]
    public void A_planted_bug_is_found_within_few_plans_whatever_the_seed(string plant, int most)
    {
        TorturePlant planted = plant switch { "early-reuse" => TorturePlant.EarlyReuse, "lost-irq" => TorturePlant.LostIrq, _ => TorturePlant.DoubleTag };
        for (int seed = 1; seed <= 8; seed++)
        {
            var run = new TortureRun(seed, planted);
            while (run.Next().IsClean) Assert.True(run.Plans < most, $"seed {seed}: not found in {run.Plans} plans");
        }
    }

    [Fact]
    public async Task CB7_Early_reuse_is_found_by_the_oracle_and_by_nobody_else()
    {
        ToolResult found = await InProcess.RunAsync("torture", "--seed", "1", "--plans", "60", "--plant", "early-reuse");
        Assert.Matches(@", [1-9]\d* reused\n$", found.Output);
        Assert.Contains("reused: ", found.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task E2_Ctrl_C_ends_with_the_line_so_far()
    {
        using var ctrlC = new CancellationTokenSource();
        await ctrlC.CancelAsync();
        ToolResult result = await InProcess.RunAsync(["torture", "--seed", "9"], null, ctrlC.Token);
        Assert.Equal(ExitCode.Interrupted, result.ExitCode);
        Assert.Equal("seed 9: 0 plans, 0 requests, 0 hung, 0 lost, 0 reused\n", result.Output);
    }

    [Theory]
    [InlineData("--plant", "no-such-bug")]
    [InlineData("--faults", "slow@1")]
    [InlineData("--work", "storage")]
    [InlineData("--replay", "3", "--plans", "5")]
    [InlineData("--replay", "3", "--faults", "no-such-fault@1")]
    [InlineData("--replay", "3", "--work", "nothing")]
    [InlineData("--minutes", "0")]
    [InlineData("--platform", "qemu")]
    public async Task E2_What_makes_no_sense_is_wrong_usage(params string[] options) =>
        (await InProcess.RunAsync(["torture", .. options])).SingleError(ExitCode.WrongUsage);

    [Fact]
    public async Task A_replay_says_what_went_wrong()
    {
        ToolResult result = (await InProcess.RunAsync("torture", "--replay", "4", "--work", "mailbox", "--faults", "slow@2x3")).Succeeded();
        Assert.StartsWith("plan 4: mailbox, ", result.Output, StringComparison.Ordinal);
        Assert.Contains("\n  after 2 turns, 3 times: the device takes 1 to 200 ms longer (struck 3)\n", result.Output, StringComparison.Ordinal);
        Assert.Matches(@"\nplan 4: \d+ requests, faults struck 3 times, 0 hung, 0 lost, 0 reused\n$", result.Output);
    }

    [Fact(Explicit = true), Trait("Category", "Soak")]
    public async Task Torture_for_sixty_minutes_over_fresh_seeds()
    {
        int seed = Random.Shared.Next();
        ToolResult result = await InProcess.RunAsync("torture", "--seed", $"{seed}", "--minutes", "60");
        Console.Write(result.Output);
        result.Succeeded();
    }

    private static TortureResult Play(string work, Fault fault, int seed)
    {
        // The first seed from there on whose machine has an IOMMU, where the fault needs one.
        while (fault.NeedsIommu && !TorturePlan.HasIommu(seed)) seed++;
        return new TorturePlan(seed, chosen: new FaultPlan([fault]), work: work).Run();
    }
}
