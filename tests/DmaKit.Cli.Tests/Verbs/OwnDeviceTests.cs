namespace DmaKit.Cli.Tests;

/// <summary>Verbs on this machine's own devices: what is wrong usage, and what a machine says that has no such device. What goes well the guest's tests show.</summary>
public sealed class OwnDeviceTests
{
    private const string Device = "--device 0000:03:00.0";

    public static TheoryData<string, string> Wrong => new()
    {
        { "disk info 0 --platform vfio", "--platform vfio needs --device, such as --device 0000:03:00.0" },
        { $"disk info 0 {Device}", "--device is for --platform vfio only" },
        { "disk info 0 --platform vfio --device 03:00.0", "--device is '03:00.0'; legal: an address such as 0000:03:00.0" },
        { $"disk info D.img --platform vfio {Device}", "a disk is named by its number on the adapter, 0 to 127; 'D.img' is none" },
        { $"disk write --image 128 --from F --platform vfio {Device}", "'128' is none" },
        { $"disk write --image 0 --from F --create 1MiB --platform vfio {Device}", "--create is not for --platform vfio" },
        { $"disk copy 1 1 --platform vfio {Device}", "a disk is not copied to itself" },
        { $"disk info 0 --iommu on --platform vfio {Device}", "--iommu is not for --platform vfio: this machine is as it is" },
        { $"disk info 0 --disk-latency 5ms --platform vfio {Device}", "--disk-latency is for --platform emulated only" },
        { $"net loop IN --out OUT --platform vfio {Device}", "--platform vfio needs 2 times --device" },
        { $"net loop IN --out OUT --platform vfio {Device} {Device}", "--device names the same device twice" },
        { $"net loop IN --out OUT --wire W --platform vfio {Device} --device 0000:04:00.0", "--wire is for --platform qemu and qemu+vtd only" },
        { "net send IN --out OUT --platform vfio", "--platform vfio is not for this verb: what is on the wire of a real card nobody tells the tool" },
        { $"net receive --socket S --out OUT --platform vfio {Device}", "--socket is not for --platform vfio" },
        { "net receive --out OUT", "option '--socket' is required" },
        { $"play A.wav --out MIX.wav --platform vfio {Device}", "--out is not for --platform vfio" },
        { "play A.wav", "option '--out' is required" },
        { $"play A.wav --skew-ppm 3 --platform vfio {Device}", "--skew-ppm is for --platform emulated only" },
        { $"record --from A.wav --out R.wav --seconds 1 --platform vfio {Device}", "--from is not for --platform vfio" },
        { $"record --out R.wav --platform vfio {Device}", "--platform vfio needs --seconds" },
        { "record --out R.wav", "option '--from' is required" },
        { "demo --platform vfio", "--platform vfio is not for this verb: it makes a machine of its own" },
        { "demo deadlock --platform vfio", "--platform vfio is not for this verb" },
        { "clock --platform vfio", "--platform vfio is not for this verb" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task E2_WhatMakesNoSenseOnRealHardwareIsWrongUsage(string line, string part)
    {
        ToolResult result = await InProcess.RunAsync(line.Split(' '));
        Assert.Contains(part, result.SingleError(ExitCode.WrongUsage), StringComparison.Ordinal);
        Assert.Empty(result.OutputBytes);
    }

    [Theory]
    [InlineData("disk info 0")]
    [InlineData("disk bench --image 0")]
    [InlineData("net receive --out OUT.pcap")]
    [InlineData("record --seconds 1 --out R.wav")]
    public async Task E2_ADeviceThatIsNotThereIsToldInOneLine(string line)
    {
        using var folder = new TempFolder();
        string[] words = [.. line.Split(' ').Select(w => w.EndsWith(".pcap", StringComparison.Ordinal) || w.EndsWith(".wav", StringComparison.Ordinal) ? folder.Path(w) : w)];
        ToolResult result = await InProcess.RunAsync([.. words, "--platform", "vfio", "--device", "0000:ff:1f.7"]);
        Assert.Contains("This machine has no function 0000:ff:1f.7", result.SingleError(ExitCode.Failed), StringComparison.Ordinal);
        Assert.False(File.Exists(folder.Path("OUT.pcap")) || File.Exists(folder.Path("R.wav")), "an output was made for nothing");
    }
}
