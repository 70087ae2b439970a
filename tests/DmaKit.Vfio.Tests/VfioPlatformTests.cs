using DmaKit.Platforms;

namespace DmaKit.Vfio.Tests;

public sealed class VfioPlatformTests
{
    [Theory]
    [InlineData(0L)]
    [InlineData((1L << 20) + 4096)]
    [InlineData(2L << 40)]
    public void A2_Memory_that_makes_no_sense_is_refused(long bytes)
    {
        ArgumentOutOfRangeException error = Assert.Throws<ArgumentOutOfRangeException>(() => new VfioPlatformOptions { MemoryBytes = bytes });
        Assert.Contains($"{bytes}", error.Message, StringComparison.Ordinal);
        Assert.Contains("1 MiB to 1 TiB", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(65_537)]
    public void A2_Registers_that_make_no_sense_are_refused(int registers) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new VfioPlatformOptions { MapRegisters = registers });

    [Fact]
    public void A2_A_back_end_that_there_is_not_is_refused() =>
        Assert.Contains("Automatic, Type1, Iommufd, UnsafeNoIommu, UnsafeUio", Assert.Throws<ArgumentOutOfRangeException>(() => new VfioPlatformOptions { BackEnd = (VfioBackEnd)99 }).Message, StringComparison.Ordinal);

    [Fact]
    public async Task A_function_that_the_machine_has_not_is_named()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "VFIO is Linux's.");
        DmaException error = Assert.Throws<DmaException>(() => new VfioPlatform(new() { Functions = ["ffff:ff:1f.7"] }));
        Assert.Contains("ffff:ff:1f.7", error.Message, StringComparison.Ordinal);
        await using var platform = new VfioPlatform();
        Assert.Contains("ffff:ff:1f.7", (await Assert.ThrowsAsync<DmaException>(() => platform.OpenAsync("ffff:ff:1f.7").AsTask())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_platform_without_a_function_has_system_buffers_and_closes()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "VFIO is Linux's.");
        await using var platform = new VfioPlatform(new() { MemoryBytes = 8 << 20 });
        using SystemBuffer buffer = platform.AllocateSystemBuffer(100_000);
        buffer.Span(0, 100_000).Fill(1);
        Assert.Equal("vfio", platform.Name);
        Assert.Throws<DmaResourceException>(() => platform.AllocateSystemBuffer(64 << 20));
    }
}
