using DmaKit.Devices;
using DmaKit.Emulation;
using DmaKit.Testing;

namespace DmaKit.Tests;

/// <summary>The emulated machine is the conformance suite's first customer: every check, on every kind of machine it can be.</summary>
public sealed class EmulatedConformanceTests
{
    private static readonly Dictionary<string, EmulatedPlatformOptions> s_machines = new(StringComparer.Ordinal)
    {
        ["stepped"] = new() { MemoryBytes = 64 << 20, Stepped = true },
        ["stepped, line interrupts"] = new() { MemoryBytes = 64 << 20, Stepped = true, AllowMessages = false },
        ["stepped, fragmented"] = new() { MemoryBytes = 256 << 20, Stepped = true, Fragmentation = 0.5, Seed = 7 },
        ["stepped, IOMMU"] = new() { MemoryBytes = 64 << 20, Stepped = true, Iommu = true },
        ["threaded, IOMMU, line interrupts"] = new() { MemoryBytes = 64 << 20, Iommu = true, AllowMessages = false },
        ["stepped, IOMMU, fragmented"] = new() { MemoryBytes = 256 << 20, Stepped = true, Iommu = true, Fragmentation = 0.95, Seed = 3 },
        ["threaded"] = new() { MemoryBytes = 64 << 20 },
    };

    public static TheoryData<string, string> Matrix()
    {
        var data = new TheoryData<string, string>();
        foreach (string machine in s_machines.Keys)
            foreach (ConformanceCheck check in ConformanceSuite.Checks) data.Add(machine, check.Name);
        return data;
    }

    [Theory]
    [MemberData(nameof(Matrix))]
    public async Task Conforms(string machine, string check)
    {
        EmulatedPlatformOptions options = s_machines[machine];
        await using var platform = new EmulatedPlatform(options);
        platform.Add(new EduDevice(new EduOptions { TransferDelay = TimeSpan.Zero }));
        if (options.Stepped) platform.Run(() => RunAsync(platform, check));
        else await RunAsync(platform, check).WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
    }

    private static async Task RunAsync(EmulatedPlatform platform, string check)
    {
        await using EduHand hand = await EduHand.OpenAsync(platform);
        await ConformanceSuite.Named(check).RunAsync(hand);
    }
}
