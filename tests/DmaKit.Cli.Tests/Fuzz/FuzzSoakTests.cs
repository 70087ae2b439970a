using DmaKit.Testing;

namespace DmaKit.Cli.Tests;

/// <summary>Ten million inputs for each target, from a fresh seed, which is printed.</summary>
public sealed class FuzzSoakTests
{
    private const long Inputs = 10_000_000;

    [Fact(Explicit = true), Trait("Category", "Soak")]
    public void Soak_fuzz_pcap_ten_million_inputs() => Soak("pcap");

    [Fact(Explicit = true), Trait("Category", "Soak")]
    public void Soak_fuzz_wav_ten_million_inputs() => Soak("wav");

    [Fact(Explicit = true), Trait("Category", "Soak")]
    public void Soak_fuzz_qtest_ten_million_inputs() => Soak("qtest");

    [Fact(Explicit = true), Trait("Category", "Soak")]
    public void Soak_fuzz_registers_ten_million_inputs() => Soak("registers");

    private static void Soak(string name)
    {
        ITestOutputHelper output = TestContext.Current.TestOutputHelper!;
        ulong seed = (ulong)Random.Shared.Next();
        long started = TimeProvider.System.GetTimestamp();
        output.WriteLine($"dmakit fuzz {name} --seed {seed} --inputs {Inputs}");
        FuzzRun run = FuzzTargets.Run(name, seed, Inputs);
        double seconds = TimeProvider.System.GetElapsedTime(started).TotalSeconds;
        output.WriteLine($"{Inputs / seconds:0} inputs a second");
        output.WriteLine(run.ToString());
    }
}
