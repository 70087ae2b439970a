using DmaKit.Testing;

namespace DmaKit.Cli.Tests;

/// <summary>A hundred thousand inputs for each target, and each sample of its corpus as it stands.</summary>
public sealed class FuzzTests
{
    [Theory]
    [InlineData("pcap")]
    [InlineData("wav")]
    [InlineData("qtest")]
    [InlineData("registers")]
    public void Every_input_is_refused_clearly_or_leads_to_a_right_result(string name)
    {
        FuzzRun run = FuzzTargets.Run(name, seed: 1, inputs: 100_000);
        TestContext.Current.TestOutputHelper!.WriteLine($"seed 1: {run}");
        Assert.Equal(100_000, run.Inputs);

        // A corpus that is hardly ever taken, or hardly ever refused, tests one half only.
        Assert.InRange(run.Accepted, 10_000, 95_000);
    }

    [Theory]
    [InlineData("pcap")]
    [InlineData("wav")]
    [InlineData("qtest")]
    [InlineData("registers")]
    public void Every_sample_ends_as_its_name_says(string name)
    {
        using FuzzTarget target = FuzzTargets.Open(name);
        Assert.Equal(FuzzCorpus.Of(name).Count, target.Corpus.Count);
        foreach ((int index, (string file, _)) in FuzzCorpus.Of(name).Index())
        {
            var run = new FuzzRun(target, 1);
            FuzzFailure? failure = run.Try(target.Corpus[index]);
            Assert.True(failure is null, $"{file}: {failure?.Message}");
            Assert.True(file.StartsWith("refused-", StringComparison.Ordinal) == (run.Refused == 1), $"{file}: {run}");
        }
    }

    [Theory]
    [InlineData("pcap")]
    [InlineData("wav")]
    [InlineData("qtest")]
    [InlineData("registers")]
    public void An_input_hangs_on_its_seed_alone(string name)
    {
        using FuzzTarget target = FuzzTargets.Open(name);
        var run = new FuzzRun(target, 7);
        ulong[] seeds = [.. Enumerable.Range(0, 200).Select(i => FuzzRandom.At(7, i))];
        byte[][] inputs = [.. seeds.Select(run.InputOf)];
        Assert.True(inputs.Select(Convert.ToHexString).Distinct(StringComparer.Ordinal).Count() > 100);
        var other = new FuzzRun(target, 8);
        for (int i = seeds.Length - 1; i >= 0; i--) Assert.Equal(inputs[i], other.InputOf(seeds[i]));
        Assert.Equal(seeds[0], run.NextSeed);
        Assert.All(inputs, input => Assert.InRange(input.Length, 0, target.LongestInput));
    }
}
