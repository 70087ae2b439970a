namespace DmaKit.Vfio.Tests;

public sealed class HostBusTests
{
    [Fact]
    public void Functions_come_in_order_with_driver_and_group()
    {
        using FakeMachine machine = new FakeMachine()
            .Add("0000:03:00.0", "1000", "0054", "010000", "vfio-pci", 7)
            .Add("0000:00:02.0", "8086", "1234", "030000", "i915", 1)
            .Add("0000:04:00.1", "10ec", "8139", "020000", null, null);
        IReadOnlyList<HostFunction> functions = new HostBus(machine.Root).Functions();
        Assert.Equal(["0000:00:02.0", "0000:03:00.0", "0000:04:00.1"], functions.Select(f => f.Info.Address));
        Assert.Equal([("i915", 1, false), ("vfio-pci", 7, true), (null, null, false)], functions.Select(f => (f.Driver, f.Group, f.IsReady)));
        Assert.Equal("0000:03:00.0 1000:0054 storage controller", functions[1].Info.ToString());
        Assert.Equal(0x010000, functions[1].Info.ClassCode);
    }

    [Fact]
    public void A_function_that_is_not_there_is_null()
    {
        using FakeMachine machine = new FakeMachine().Add("0000:03:00.0", "1000", "0054", "010000", null, null);
        Assert.Null(new HostBus(machine.Root).Find("0000:03:00.1"));
        Assert.NotNull(new HostBus(machine.Root).Find("0000:03:00.0"));
    }

    [Fact]
    public void A_machine_without_PCI_has_none() => Assert.Empty(new HostBus(Path.Combine(Path.GetTempPath(), "no such machine")).Functions());

    [Fact]
    public void A_bound_function_without_a_group_is_not_ready()
    {
        using FakeMachine machine = new FakeMachine().Add("0000:03:00.0", "1000", "0054", "010000", "vfio-pci", null);
        Assert.False(Assert.Single(new HostBus(machine.Root).Functions()).IsReady);
    }

    [Fact]
    public void Port_A_function_is_opened_by_iommufd_where_its_file_and_the_machines_may_be_opened()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "VFIO is Linux's.");
        using FakeMachine machine = new FakeMachine()
            .Add("0000:03:00.0", "1000", "0054", "010000", "vfio-pci", 7).AddIommufd("0000:03:00.0", "vfio0")
            .Add("0000:03:00.1", "1000", "0054", "010000", "vfio-pci", 7).AddIommufd("0000:03:00.1", "vfio1", opens: false)
            .Add("0000:04:00.0", "10ec", "8139", "020000", "vfio-pci", 8)
            .Add("0000:05:00.0", "10ec", "8139", "020000", null, 9);
        var bus = new HostBus(machine.Root);
        HostFunction[] functions = [.. bus.Functions()];
        Assert.Equal(["/dev/vfio/devices/vfio0", "/dev/vfio/devices/vfio1", null, null], functions.Select(f => f.DeviceFile));
        Assert.Equal([VfioBackEnd.Iommufd, VfioBackEnd.Type1, VfioBackEnd.Type1, null], functions.Select(bus.BackEndOf));

        // A platform has one for all its functions, and what is asked for is not second-guessed.
        Assert.Equal(VfioBackEnd.Type1, BackEndChoice.Of(VfioBackEnd.Automatic, functions[..3], machine.Root));
        Assert.Equal(VfioBackEnd.Type1, BackEndChoice.Of(VfioBackEnd.Type1, functions[..1], machine.Root));
        Assert.Equal(VfioBackEnd.Type1, BackEndChoice.Of(VfioBackEnd.Automatic, [], machine.Root));
        Assert.Equal(VfioBackEnd.Iommufd, BackEndChoice.Of(VfioBackEnd.Iommufd, functions[..2], machine.Root));
        DmaException error = Assert.Throws<DmaException>(() => BackEndChoice.Of(VfioBackEnd.Iommufd, functions[..3], machine.Root));
        Assert.Contains("no file of its own for 0000:04:00.0", error.Message, StringComparison.Ordinal);
        File.Delete(Path.Combine(machine.Root, "dev/iommu"));
        Assert.Equal(VfioBackEnd.Type1, bus.BackEndOf(functions[0]));
    }

    [Theory]
    [InlineData("uio_pci_generic", false, VfioBackEnd.UnsafeUio)]
    [InlineData("vfio-pci", true, VfioBackEnd.UnsafeNoIommu)]
    public void E1_What_has_no_IOMMU_before_it_is_not_ready_and_the_text_says_what_is_given_up_and_how_to_ask(string driver, bool noIommu, VfioBackEnd way)
    {
        using FakeMachine machine = new FakeMachine().Add("0000:03:00.0", "1000", "0054", "010000", driver, noIommu ? 7 : null);
        if (noIommu) machine.Write("sys/kernel/iommu_groups/7/name", "vfio-noiommu\n");
        else machine.Write("sys/bus/pci/devices/0000:03:00.0/uio/uio4/name", "uio_pci_generic\n");
        var bus = new HostBus(machine.Root);
        HostFunction function = Assert.Single(bus.Functions());
        Assert.False(function.IsReady);
        Assert.Null(bus.BackEndOf(function));
        Assert.Equal((noIommu, noIommu ? null : "/dev/uio4"), (function.WithoutIommu, function.UioFile));
        Assert.True(function.Suits(way));
        string why = HostBus.WhyNotReady(function);
        Assert.Contains("it reaches all memory", why, StringComparison.Ordinal);
        Assert.Contains($"BackEnd = VfioBackEnd.{way} }}", why, StringComparison.Ordinal);
        VfioBackEnd other = way == VfioBackEnd.UnsafeUio ? VfioBackEnd.UnsafeNoIommu : VfioBackEnd.UnsafeUio;
        Assert.False(function.Suits(other));
        Assert.Contains("echo 0000:03:00.0 > driver/unbind", HostBus.WhyNotReady(function, other), StringComparison.Ordinal);
    }

    [Fact]
    public void E1_Who_asks_for_what_is_unsafe_where_it_is_not_needed_is_told()
    {
        using FakeMachine machine = new FakeMachine().Add("0000:03:00.0", "1000", "0054", "010000", "vfio-pci", 7);
        HostFunction function = Assert.Single(new HostBus(machine.Root).Functions());
        foreach (VfioBackEnd way in (VfioBackEnd[])[VfioBackEnd.UnsafeUio, VfioBackEnd.UnsafeNoIommu])
            Assert.Contains("is behind an IOMMU (group 7)", HostBus.WhyNotReady(function, way), StringComparison.Ordinal);
    }
}
