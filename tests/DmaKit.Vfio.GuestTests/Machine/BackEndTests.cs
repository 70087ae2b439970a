using DmaKit.Platforms;

namespace DmaKit.Vfio.GuestTests;

/// <summary>Which of the kernel's ways is used, and what is said where one is not to be had.</summary>
public sealed class BackEndTests
{
    [Fact]
    public async Task Port_The_back_end_is_the_one_that_was_asked_for_and_the_one_that_is_chosen()
    {
        await using VfioPlatform platform = Guest.Start(new(), Guest.Edu);
        Assert.Equal(Guest.BackEnd, platform.BackEnd);
        await using var chosen = new VfioPlatform(new() { Functions = [Guest.Edu] });
        Assert.Equal(Guest.BackEnd, chosen.BackEnd);
        var bus = new HostBus();
        Assert.Equal(Guest.BackEnd, bus.BackEndOf(bus.Find(Guest.Edu)!));
    }

    [Fact]
    public async Task E1_A_function_that_another_program_has_is_refused_with_the_command_that_names_it()
    {
        await using VfioPlatform platform = Guest.Start(new(), Guest.Edu), other = Guest.Start(new(), Guest.Edu);
        await using (PciFunction first = await platform.OpenAsync(Guest.Edu))
        {
            DmaException error = await Assert.ThrowsAsync<DmaException>(() => other.OpenAsync(Guest.Edu).AsTask());
            Assert.Contains("in use by another program", error.Message, StringComparison.Ordinal);
            Assert.Contains("fuser -v /dev/vfio/", error.Message, StringComparison.Ordinal);
        }

        // By type 1 the group stays with the first until it is closed; by iommufd the function is free when it was closed.
        if (Guest.BackEnd == VfioBackEnd.Type1) await platform.DisposeAsync();
        await using PciFunction second = await other.OpenAsync(Guest.Edu);
        Assert.True(second.MapBar(0).Length > 0);
    }

    [Fact]
    public async Task E1_A_kernel_without_iommufd_says_so()
    {
        await using VfioPlatform platform = Guest.Start(new(), Guest.Edu);
        string? file = new HostBus().Find(Guest.Edu)!.DeviceFile;
        if (Guest.BackEnd == VfioBackEnd.Iommufd)
        {
            Assert.StartsWith("/dev/vfio/devices/vfio", file, StringComparison.Ordinal);
            return;
        }

        Assert.Null(file);
        DmaException error = Assert.Throws<DmaException>(() => new VfioPlatform(new() { BackEnd = VfioBackEnd.Iommufd, Functions = [Guest.Edu] }));
        Assert.Contains("CONFIG_VFIO_DEVICE_CDEV", error.Message, StringComparison.Ordinal);
    }
}
