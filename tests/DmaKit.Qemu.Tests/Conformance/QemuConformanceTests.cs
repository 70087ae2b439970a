using DmaKit.Testing;

namespace DmaKit.Qemu.Tests;

/// <summary>Every check of the conformance suite with QEMU's own edu device. A class for each kind of machine, so that they run side by side: the device takes its time.</summary>
public abstract class QemuConformanceTests(QemuPlatformOptions options)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    public static TheoryData<string> Checks => [.. ConformanceSuite.Checks.Select(c => c.Name)];

    [Theory]
    [MemberData(nameof(Checks))]
    public async Task Conforms(string check)
    {
        await using QemuPlatform platform = await QemuMachine.StartAsync(options with { Devices = ["edu,addr=5"] });
        await RunAsync(platform, check).WaitAsync(Limit, TestContext.Current.CancellationToken);
    }

    private static async Task RunAsync(QemuPlatform platform, string check)
    {
        await using EduHand hand = await EduHand.OpenAsync(platform);
        await ConformanceSuite.Named(check).RunAsync(hand);
    }
}

public sealed class QemuMessageConformanceTests() : QemuConformanceTests(new());

public sealed class QemuLineConformanceTests() : QemuConformanceTests(new() { AllowMessages = false });

public sealed class QemuVtdConformanceTests() : QemuConformanceTests(
    new() { Iommu = true, LowMemoryBytes = 128 << 20, SystemBuffersAbove4G = true, Fragmentation = 0.8, Seed = 5 });
