using System.Text.Json;
using DmaKit.Vfio;
using DmaKit.Vfio.Tests;

namespace DmaKit.Cli.Tests;

/// <summary>devices, doctor, bind and unbind of this machine's own devices, on a folder that looks like a machine. What the kernel does about it the guest's tests show.</summary>
public sealed class HardwareVerbTests
{
    [Fact]
    public async Task E2_DevicesShowDriversGroupsAndWhoKeepsThem()
    {
        using FakeMachine machine = new FakeMachine()
            .Add("0000:00:1f.0", "8086", "2918", "060100", "lpc_ich", 5)
            .Add("0000:03:00.0", "1000", "0054", "010000", "vfio-pci", 7)
            .Add("0000:04:00.0", "10ec", "8139", "020000", "vfio-pci", 8)
            .Add("0000:04:00.1", "10ec", "8140", "020000", "r8169", 8)
            .Add("0000:05:00.0", "1274", "5000", "040100", null, null);
        ToolResult text = (await InProcess.RunOnAsync(machine.Root, "", "devices", "--platform", "vfio")).Succeeded();
        Assert.Equal(
            """
            0000:00:1f.0  8086:2918  class 060100  bridge
                driver: lpc_ich
                IOMMU group: 5
            0000:03:00.0  1000:0054  class 010000  storage controller
                driver: vfio-pci
                IOMMU group: 7, ready by type 1: /dev/vfio/7
            0000:04:00.0  10ec:8139  class 020000  network controller
                driver: vfio-pci
                IOMMU group: 8, kept by 0000:04:00.1 (r8169)
            0000:04:00.1  10ec:8140  class 020000  network controller
                driver: r8169
                IOMMU group: 8
            0000:05:00.0  1274:5000  class 040100  multimedia controller
                driver: none
                IOMMU group: none: the IOMMU is off

            """.ReplaceLineEndings("\n"),
            text.Output);
        using JsonDocument json = JsonDocument.Parse((await InProcess.RunOnAsync(machine.Root, "", "devices", "--platform", "vfio", "--json")).Succeeded().Output);
        JsonElement kept = json.RootElement.GetProperty("devices")[2];
        Assert.Equal("0000:04:00.1", Assert.Single(kept.GetProperty("blockedBy").EnumerateArray()).GetString());
        Assert.False(kept.GetProperty("ready").GetBoolean());
        Assert.Equal(7, json.RootElement.GetProperty("devices")[1].GetProperty("group").GetInt32());
    }

    [Fact]
    public async Task E2_DevicesAndTheDoctorSayInWhichWayOfTheKernelsADeviceIsOpened()
    {
        using FakeMachine machine = new FakeMachine().Add("0000:03:00.0", "1000", "0054", "010000", "vfio-pci", 7);
        Assert.Equal("type 1", (await ExamineAsync(machine)).GetProperty("backEnd").GetString());

        // The name without a device number is no file.
        Directory.CreateDirectory(Path.Combine(machine.Root, "sys/bus/pci/devices/0000:03:00.0/vfio-dev/vfio3"));
        Assert.DoesNotContain("iommufd", (await InProcess.RunOnAsync(machine.Root, "", "devices", "--platform", "vfio")).Succeeded().Output, StringComparison.Ordinal);
        Assert.Null(new HostBus(machine.Root).Find("0000:03:00.0")!.DeviceFile);
        machine.AddIommufd("0000:03:00.0", "vfio3");
        Assert.Equal("iommufd", (await ExamineAsync(machine)).GetProperty("backEnd").GetString());
        Assert.Contains("IOMMU group: 7, ready by iommufd: /dev/vfio/devices/vfio3\n", (await InProcess.RunOnAsync(machine.Root, "", "devices", "--platform", "vfio")).Succeeded().Output, StringComparison.Ordinal);
        using JsonDocument json = JsonDocument.Parse((await InProcess.RunOnAsync(machine.Root, "", "devices", "--platform", "vfio", "--json")).Succeeded().Output);
        Assert.Equal("iommufd", json.RootElement.GetProperty("devices")[0].GetProperty("backEnd").GetString());
    }

    [Fact]
    public async Task E2_ADeviceWithoutAnIommuIsShownAsUnsafe()
    {
        using FakeMachine machine = new FakeMachine().Add("0000:03:00.0", "1000", "0054", "010000", "uio_pci_generic", null);
        machine.Write("sys/bus/pci/devices/0000:03:00.0/uio/uio0/name", "uio_pci_generic\n");
        Assert.Contains("only a program that asks for UnsafeUio may open it", (await ExamineAsync(machine)).GetProperty("problem").GetString(), StringComparison.Ordinal);
        Assert.Contains("IOMMU group: without: it reaches all memory, and opens only for programs that ask for UnsafeUio\n", (await InProcess.RunOnAsync(machine.Root, "", "devices", "--platform", "vfio")).Succeeded().Output, StringComparison.Ordinal);
        using JsonDocument json = JsonDocument.Parse((await InProcess.RunOnAsync(machine.Root, "", "devices", "--platform", "vfio", "--json")).Succeeded().Output);
        JsonElement device = json.RootElement.GetProperty("devices")[0];
        Assert.Equal(("UnsafeUio", false), (device.GetProperty("unsafeBackEnd").GetString(), device.GetProperty("ready").GetBoolean()));
    }

    [Theory]
    [InlineData(null, null, "the IOMMU is off", "intel_iommu=on")]
    [InlineData("nvme", 3, "no function is bound to vfio-pci", "dmakit bind ADDRESS")]
    public async Task E2_TheDoctorNamesTheMissingStepAndWhatMendsIt(string? driver, int? group, string problem, string remedy)
    {
        using FakeMachine machine = new FakeMachine().Add("0000:03:00.0", "1000", "0054", "010000", driver, group);
        JsonElement vfio = await ExamineAsync(machine);
        Assert.False(vfio.GetProperty("works").GetBoolean());
        Assert.Contains(problem, vfio.GetProperty("problem").GetString(), StringComparison.Ordinal);
        Assert.Contains(remedy, vfio.GetProperty("remedy").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task E2_TheDoctorSaysHowManyHugePagesAreFreeAndHowSomeAreSetAside()
    {
        using FakeMachine machine = new FakeMachine().Add("0000:03:00.0", "1000", "0054", "010000", "vfio-pci", 7);
        JsonElement pages = (await ExamineAsync(machine)).GetProperty("hugePages");
        Assert.Equal((0, 0), (pages.GetProperty("free").GetInt64(), pages.GetProperty("all").GetInt64()));
        Assert.Equal("huge pages of 2 MiB: 0 of 0 free; for common buffers of 2 MiB and more to lie in some: sudo sysctl -w vm.nr_hugepages=64", DoctorVerb.Show(new HugePages(0, 0)));
        machine.Write("sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages", "16\n");
        machine.Write("sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages", "9\n");
        pages = (await ExamineAsync(machine)).GetProperty("hugePages");
        Assert.Equal((9, 16), (pages.GetProperty("free").GetInt64(), pages.GetProperty("all").GetInt64()));

        // Whether the platform works is this process's limit's business; what does not work has a more urgent remedy.
        string text = (await InProcess.RunOnAsync(machine.Root, "", "doctor", "--platform", "vfio")).Succeeded().Output;
        Assert.Equal(text.Contains("vfio: works", StringComparison.Ordinal), text.Contains("          huge pages of 2 MiB: 9 of 16 free\n", StringComparison.Ordinal));
    }

    [Fact]
    public async Task E2_TheDoctorNamesWhoKeepsAGroup()
    {
        using FakeMachine machine = new FakeMachine().Add("0000:04:00.0", "10ec", "8139", "020000", "vfio-pci", 8).Add("0000:04:00.1", "10ec", "8140", "020000", "r8169", 8);
        Assert.Equal("dmakit bind 0000:04:00.1", (await ExamineAsync(machine)).GetProperty("remedy").GetString());
    }

    [Fact]
    public async Task E2_ADeviceInUseIsTakenOnlyIfTheAnswerIsYes()
    {
        using FakeMachine machine = Network();
        foreach (string answer in (string[])["n\n", "", "perhaps\n"])
        {
            ToolResult left = await InProcess.RunOnAsync(machine.Root, answer, "bind", "0000:04:00.0");
            Assert.Equal(1, left.ExitCode);
            Assert.Contains("0000:04:00.0 is bound to r8169; it is the network interface eth0. Take it away? [y/N]", left.Error, StringComparison.Ordinal);
            Assert.Contains("was left to r8169", left.Error, StringComparison.Ordinal);
            Assert.Equal("(null)\n", await machine.ReadAsync("sys/bus/pci/devices/0000:04:00.0/driver_override"));
        }

        // Nobody plays the kernel here, so the driver stays; but it was told all that there is to tell.
        ToolResult taken = await InProcess.RunOnAsync(machine.Root, "y\n", "bind", "0000:04:00.0");
        Assert.Contains("was not taken by vfio-pci", taken.Error, StringComparison.Ordinal);
        Assert.Equal("vfio-pci", await machine.ReadAsync("sys/bus/pci/devices/0000:04:00.0/driver_override"));
        Assert.Equal("0000:04:00.0", await machine.ReadAsync("sys/bus/pci/drivers/r8169/unbind"));
        Assert.Equal("0000:04:00.0", await machine.ReadAsync("sys/bus/pci/drivers_probe"));
    }

    [Theory]
    [InlineData("8:1", "/dev/sda1")]
    [InlineData("0:99", "/dev/sda1")]
    [InlineData("254:0", "/dev/mapper/root")]
    public async Task E2_TheDiskThatTheRootIsOnIsRefused(string number, string source)
    {
        using FakeMachine machine = Network().Add("0000:03:00.0", "1000", "0054", "010000", "mptsas", 7);
        machine.AddDisk("0000:03:00.0", number, source);
        ToolResult refused = await InProcess.RunOnAsync(machine.Root, "y\n", "bind", "0000:03:00.0", "--yes");
        Assert.Contains("the file system / is on it", refused.SingleError(1), StringComparison.Ordinal);
        Assert.Equal("(null)\n", await machine.ReadAsync("sys/bus/pci/devices/0000:03:00.0/driver_override"));
    }

    [Theory]
    [InlineData("0000:00:1e.0", "the file system / is on it")]
    [InlineData("0000:04:00.0", "was not taken by vfio-pci")]
    public async Task E2_AFolderOfTheHostThatTheRootIsIsRefusedToo(string address, string part)
    {
        using FakeMachine machine = Network().Add("0000:00:1e.0", "1af4", "1009", "000200", "virtio-pci", 3);
        machine.AddShare("0000:00:1e.0", "host");
        Assert.Contains(part, (await InProcess.RunOnAsync(machine.Root, "", "bind", address, "--yes")).SingleError(1), StringComparison.Ordinal);
    }

    [Fact]
    public async Task E2_UnbindWantsADeviceThatIsBound()
    {
        using FakeMachine machine = Network();
        ToolResult refused = await InProcess.RunOnAsync(machine.Root, "", "unbind", "0000:04:00.0");
        Assert.Contains("bound to r8169, and not to vfio-pci", refused.SingleError(1), StringComparison.Ordinal);
        Assert.Contains("no function 0000:09:00.0", (await InProcess.RunOnAsync(machine.Root, "", "unbind", "0000:09:00.0")).SingleError(1), StringComparison.Ordinal);
    }

    private static FakeMachine Network()
    {
        FakeMachine machine = new FakeMachine().Add("0000:04:00.0", "10ec", "8139", "020000", "r8169", 8).Add("0000:0a:00.0", "1000", "0054", "010000", "vfio-pci", 9);
        Directory.CreateDirectory(Path.Combine(machine.Root, "sys/bus/pci/devices/0000:04:00.0/net/eth0"));
        return machine;
    }

    private static async Task<JsonElement> ExamineAsync(FakeMachine machine)
    {
        using JsonDocument json = JsonDocument.Parse((await InProcess.RunOnAsync(machine.Root, "", "doctor", "--json", "--platform", "vfio")).Succeeded().Output);
        return Assert.Single(json.RootElement.GetProperty("platforms").EnumerateArray()).Clone();
    }
}
