namespace DmaKit.Cli.Tests;

/// <summary>Wrong usage is exit code 2 and one line that says what is wrong and where the help is.</summary>
public sealed class WrongUsageTests
{
    public static TheoryData<string, string> Wrong => new()
    {
        { "nonsense", "unrecognized command or argument 'nonsense'" },
        { "devices --nonsense", "'--nonsense'" },
        { "disk nonsense", "unrecognized command or argument 'nonsense'" },
        { "disk write --image D.img", "option '--from' is required" },
        { "disk write --image D.img --from", "'--from'" },
        { "disk info D.img --queue-depth 0", "--queue-depth is '0'; legal: a whole number from 1 to 128" },
        { "disk info D.img --queue-depth 129", "--queue-depth is '129'; legal: a whole number from 1 to 128" },
        { "disk info D.img --queue-depth ten", "--queue-depth is 'ten'" },
        { "disk info D.img --memory 1MiB", "--memory is '1MiB'; legal: 8 MiB to 64 GiB" },
        { "disk info D.img --memory 8388609", "--memory is '8388609'; legal: a multiple of 4 KiB" },
        { "disk info D.img --fragmentation 1.1", "--fragmentation is '1.1'; legal: a number from 0 to 1" },
        { "disk info D.img --fragmentation NaN", "--fragmentation is 'NaN'" },
        { "disk info D.img --iommu maybe", "--iommu is 'maybe'; legal: on, off" },
        { "disk info D.img --disk-latency 5", "--disk-latency is '5'; legal: a number with us, ms or s" },
        { "disk read --image D.img --to FILE --offset -1", "--offset is '-1'" },
        { "disk write --image D.img --from F --create 513", "--create is '513'; legal: a multiple of 512 bytes" },
        { "disk read --image D.img --to - --json", "both want the standard output" },
        { "disk copy A.img", "missing" },
        { "disk copy A.img B.img C.img", "'C.img'" },
        { "devices --platform xen", "--platform is 'xen'; legal: emulated, qemu, qemu+vtd" },
        { "clock --platform xen", "--platform is 'xen'; legal: emulated, qemu, qemu+vtd" },
        { "disk info D.img --platform xen --disk-latency 5ms", "--platform is 'xen'; legal: emulated, qemu, qemu+vtd" },
        { "clock --platform qemu", "--platform qemu is not for this verb: its device is made up" },
        { "demo deadlock --platform qemu+vtd", "--platform qemu+vtd is not for this verb: it needs a device whose commands may lie anywhere" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task E2_WrongUsageIsTwoAndOneLine(string line, string part)
    {
        ToolResult result = await InProcess.RunAsync(line.Split(' '));
        string error = result.SingleError(ExitCode.WrongUsage);
        Assert.Contains(part, error, StringComparison.Ordinal);
        Assert.Contains("--help`", error, StringComparison.Ordinal);
        Assert.Empty(result.OutputBytes);
    }

    [Fact]
    public async Task E2_AnEmptyNameIsWrongUsage()
    {
        ToolResult result = await InProcess.RunAsync("disk", "write", "--image", "", "--from", "x");
        Assert.Contains("--image is empty", result.SingleError(ExitCode.WrongUsage), StringComparison.Ordinal);
    }

    [Fact]
    public async Task E2_NoVerbShowsTheHelpOnStandardErrorAndIsTwo()
    {
        ToolResult result = await InProcess.RunAsync([]);
        Assert.Equal(ExitCode.WrongUsage, result.ExitCode);
        Assert.Empty(result.OutputBytes);
        Assert.Contains("Usage:", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task E2_TheProcessEndsWithTheSameCode()
    {
        ToolResult result = await ToolProcess.RunAsync("nonsense");
        result.SingleError(ExitCode.WrongUsage);
    }
}
