using DmaKit.Testing;

namespace DmaKit.Vfio.GuestTests;

/// <summary>Every check of the conformance suite with the edu device, through the kernel's VFIO.</summary>
public abstract class VfioConformanceTests(VfioPlatformOptions options)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    public static TheoryData<string> Checks => [.. ConformanceSuite.Checks.Select(c => c.Name)];

    [Theory]
    [MemberData(nameof(Checks))]
    public async Task Conforms(string check)
    {
        await using VfioPlatform platform = Guest.Start(options with { MemoryBytes = 16 << 20 }, Guest.Edu);
        await RunAsync(platform, check).WaitAsync(Limit, TestContext.Current.CancellationToken);
    }

    private static async Task RunAsync(VfioPlatform platform, string check)
    {
        await using EduHand hand = await EduHand.OpenAsync(platform);
        await ConformanceSuite.Named(check).RunAsync(hand);
    }
}

[Trait("also", "noiommu")]
public sealed class MessageConformanceTests() : VfioConformanceTests(new());

[Trait("also", "uio")]
[Trait("also", "noiommu")]
public sealed class LineConformanceTests() : VfioConformanceTests(new() { AllowMessages = false });
