using DmaKit.Testing;

namespace DmaKit.Cli.Tests;

/// <summary>The fuzzer's targets by name.</summary>
internal static class FuzzTargets
{
    internal static FuzzTarget Open(string name) => name switch
    {
        "pcap" => new CaptureTarget(),
        "wav" => new WavTarget(),
        "qtest" => new QtestTarget(),
        "registers" => new RegistersTarget(),
        _ => throw new ArgumentException($"There is no target '{name}'.", nameof(name)),
    };

    /// <summary>Runs inputs and fails with the command that has the first failure again.</summary>
    internal static FuzzRun Run(string name, ulong seed, long inputs)
    {
        using FuzzTarget target = Open(name);
        var run = new FuzzRun(target, seed);
        FuzzFailure? failure = run.Go(inputs, TestContext.Current.CancellationToken);
        Assert.True(failure is null, $"{failure?.Message}\nhave it again: dmakit fuzz {name} --replay {failure?.InputSeed}\n{failure?.Cause}");
        return run;
    }
}
