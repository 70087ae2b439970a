using System.Runtime.Versioning;
using System.Text.Json;
using DmaKit.Cli;
using DmaKit.Cli.Tests;
using DmaKit.Platforms;

namespace DmaKit.Vfio.GuestTests;

/// <summary>
/// <c>dmakit bind</c> and <c>unbind</c>, by root, on the kernel's own sysfs: a machine as it is after its start, where nothing is bound to vfio-pci. Each test leaves it so.
/// </summary>
[SupportedOSPlatform("linux")]
[Trait("only", "root")]
[Trait("also", "root")]
public sealed class BindTests
{
    // Two functions of one device, which the IOMMU cannot tell apart.
    private const string First = "0000:00:12.0", Second = "0000:00:12.1";
    private const string NetworkCard = "0000:00:13.0", Disk = "0000:00:14.0", Root = "0000:00:1e.0", Bridge = "0000:00:1f.0";

    [Fact]
    public async Task E2_A_device_goes_from_its_driver_to_a_program_and_back_and_the_doctor_says_what_is_missing()
    {
        Guest.Require();
        Assert.Contains("no function is bound to vfio-pci", (await ExamineAsync()).Problem, StringComparison.Ordinal);
        int group = new HostBus().Find(First)!.Group!.Value;
        Assert.Equal(group, new HostBus().Find(Second)!.Group);

        // It is left where it is unless the answer is yes.
        ToolResult left = await AnswerAsync("n\n", "bind", First);
        Assert.Equal(ExitCode.Failed, left.ExitCode);
        Assert.Contains($"{First} is bound to virtio-pci. Take it away? [y/N] ", left.Error, StringComparison.Ordinal);
        Assert.Contains($"{First} was left to virtio-pci; --yes takes it without asking", left.Error, StringComparison.Ordinal);
        Assert.Equal(("virtio-pci", "(null)"), StateOf(First));

        // One of two is not enough, and the tool says what is.
        Assert.Contains($"{First} is bound to vfio-pci now", (await AnswerAsync("y\n", "bind", First)).Succeeded().Output, StringComparison.Ordinal);
        Assert.Equal(("vfio-pci", "vfio-pci"), StateOf(First));
        string devices = await DevicesAsync();
        Assert.Contains($"    driver: vfio-pci\n    IOMMU group: {group}, kept by {Second} (virtio-pci)\n", devices, StringComparison.Ordinal);
        (string problem, string remedy, _) = await ExamineAsync();
        Assert.Contains($"IOMMU group {group} is not viable: {Second} in it is bound to virtio-pci", problem, StringComparison.Ordinal);
        Assert.Equal($"dmakit bind {Second}", remedy);
        Assert.Contains("driver of the kernel's", (await Assert.ThrowsAsync<DmaException>(() => VendorOfAsync(First))).Message, StringComparison.Ordinal);

        (await InProcess.RunAsync([.. remedy.Split(' ')[1..], "--yes"])).Succeeded();
        bool byFunction = new HostBus().Find(First)!.DeviceFile is not null;
        Assert.Contains($"    IOMMU group: {group}, ready by {(byFunction ? "iommufd: /dev/vfio/devices/vfio" : "type 1: /dev/vfio/")}", await DevicesAsync(), StringComparison.Ordinal);
        Assert.Equal(("", "", byFunction ? "iommufd" : "type 1"), await ExamineAsync());
        Assert.Equal(0x1AF4, await VendorOfAsync(First));
        Assert.Equal(0x1AF4, await VendorOfAsync(Second));

        // Bound already: nothing is asked.
        (await AnswerAsync("", "bind", First)).Succeeded();
        foreach (string function in (string[])[First, Second])
        {
            Assert.Equal($"{function} is bound to virtio-pci now\n", (await InProcess.RunAsync("unbind", function)).Succeeded().Output);
            Assert.Equal(("virtio-pci", "(null)"), StateOf(function));
        }

        Assert.Contains($"{First} is bound to virtio-pci, and not to vfio-pci", (await InProcess.RunAsync("unbind", First)).SingleError(ExitCode.Failed), StringComparison.Ordinal);
    }

    [Fact]
    public async Task E2_What_the_root_is_on_and_a_bridge_are_refused_even_if_nobody_is_asked()
    {
        Guest.Require();
        Assert.Equal($"dmakit: {Root} is not given away: the file system / is on it", (await InProcess.RunAsync("bind", Root, "--yes")).SingleError(ExitCode.Failed));
        Assert.Contains($"{Bridge} is a bridge", (await InProcess.RunAsync("bind", Bridge, "--yes")).SingleError(ExitCode.Failed), StringComparison.Ordinal);
        Assert.Equal(("virtio-pci", "(null)"), StateOf(Root));
        Assert.Equal("(null)", StateOf(Bridge).Override);
    }

    [Fact]
    [Trait("needs", "modules")]
    public async Task E2_A_network_card_is_taken_with_its_interface_and_given_back_with_one()
    {
        Guest.Require();
        string card = Assert.Single(new HostBinding().UseOf(NetworkCard).Interfaces);
        ToolResult left = await AnswerAsync("\n", "bind", NetworkCard);
        Assert.Contains($"{NetworkCard} is bound to e1000; it is the network interface {card}. Take it away? [y/N] ", left.Error, StringComparison.Ordinal);
        Assert.Equal(("e1000", "(null)"), StateOf(NetworkCard));

        (await InProcess.RunAsync("bind", NetworkCard, "--yes")).Succeeded();
        Assert.Equal(("vfio-pci", "vfio-pci"), StateOf(NetworkCard));
        Assert.False(Directory.Exists($"/sys/class/net/{card}"), "the interface is there yet");
        Assert.Equal(0x8086, await VendorOfAsync(NetworkCard));

        Assert.Equal($"{NetworkCard} is bound to e1000 now\n", (await InProcess.RunAsync("unbind", NetworkCard)).Succeeded().Output);
        Assert.Equal(("e1000", "(null)"), StateOf(NetworkCard));
        Assert.Single(new HostBinding().UseOf(NetworkCard).Interfaces);
    }

    [Fact]
    [Trait("needs", "modules")]
    public async Task E2_A_disk_that_is_mounted_is_asked_for_by_the_name_of_its_mount()
    {
        Guest.Require();
        ToolResult left = await AnswerAsync("n\n", "bind", Disk);
        Assert.Contains($"{Disk} is bound to virtio-pci; /mnt is mounted from it. Take it away? [y/N] ", left.Error, StringComparison.Ordinal);
        Assert.Equal(("virtio-pci", "(null)"), StateOf(Disk));
        Assert.Empty(Directory.EnumerateFileSystemEntries("/mnt"));
    }

    private static Task<ToolResult> AnswerAsync(string answer, params string[] words) => InProcess.RunOnAsync("/", answer, words);

    private static async Task<string> DevicesAsync() => (await InProcess.RunAsync("devices", "--platform", "vfio")).Succeeded().Output;

    private static async Task<(string Problem, string Remedy, string BackEnd)> ExamineAsync()
    {
        using JsonDocument json = JsonDocument.Parse((await InProcess.RunAsync("doctor", "--json", "--platform", "vfio")).Succeeded().Output);
        JsonElement vfio = Assert.Single(json.RootElement.GetProperty("platforms").EnumerateArray());
        return (Text("problem"), Text("remedy"), Text("backEnd"));

        string Text(string what) => vfio.GetProperty(what).GetString() ?? "";
    }

    private static async Task<int> VendorOfAsync(string function)
    {
        await using VfioPlatform platform = Guest.Start(new(), function);
        await using PciFunction open = await platform.OpenAsync(function);
        return open.Config.Read16(0);
    }

    private static (string? Driver, string Override) StateOf(string function) =>
        (new HostBus().Find(function)!.Driver, File.ReadAllText($"/sys/bus/pci/devices/{function}/driver_override").Trim());
}
