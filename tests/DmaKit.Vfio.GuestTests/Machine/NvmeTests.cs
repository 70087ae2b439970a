using DmaKit.Platforms;

namespace DmaKit.Vfio.GuestTests;

/// <summary>A function that can be reset alone and has a table of message interrupts, which none of the other devices has: QEMU's NVM Express controller.</summary>
public sealed class NvmeTests
{
    private const string SerialNumber = "DMAKIT-1";
    private const uint ControllerStructure = 1;

    [Fact]
    public async Task Port_A_command_is_answered_by_a_message_of_the_table()
    {
        await using VfioPlatform platform = Guest.Start(new(), Guest.Nvme);
        await using PciFunction function = await platform.OpenAsync(Guest.Nvme);

        // It has 65, more than the platform takes.
        Assert.Equal(64, function.Interrupts.Count);
        Assert.All(function.Interrupts, v => Assert.Equal(InterruptKind.MessageX, v.Kind));
        await using var controller = new NvmeController(function);
        Assert.True(controller.Memory.LogicalAddress.Value > uint.MaxValue, "a device with 64 address bits was given memory below 4 GiB");
        await controller.SwitchOnAsync();
        Assert.Equal(0, await IdentifyAsync(controller));
        Assert.Equal(SerialNumber, controller.SerialNumber);
        await function.ResetAsync();
    }

    [Fact]
    public async Task Port_Each_queue_has_a_message_of_its_own()
    {
        const int vector = 63;
        await using VfioPlatform platform = Guest.Start(new(), Guest.Nvme);
        await using PciFunction function = await platform.OpenAsync(Guest.Nvme);
        await using var controller = new NvmeController(function);
        await controller.SwitchOnAsync();

        // Queue 1 of 16 entries, in one piece, with interrupts by the last message.
        Assert.Equal(0, await AdminAsync(controller, NvmeController.CreateCompletion, controller.CompletionQueue(1), (15 << 16) | 1, (vector << 16) | 3));
        Assert.Equal(0, await AdminAsync(controller, NvmeController.CreateSubmission, controller.SubmissionQueue(1), (15 << 16) | 1, (1 << 16) | 1));
        Assert.Equal(0, await controller.RunAsync(1, function.Interrupts[vector], NvmeController.Flush, nameSpace: 1, default, 0));

        // The first one was not raised by that.
        Assert.Equal(0, await IdentifyAsync(controller));
        Assert.Equal(SerialNumber, controller.SerialNumber);
        await function.ResetAsync();
    }

    [Fact]
    public async Task Port_A_reset_stops_the_function_and_its_messages_work_afterwards()
    {
        await using VfioPlatform platform = Guest.Start(new(), Guest.Nvme);
        await using PciFunction function = await platform.OpenAsync(Guest.Nvme);
        Assert.True(function.CanReset);
        await using var controller = new NvmeController(function);
        await controller.SwitchOnAsync();
        Assert.True(function.BusMaster && controller.IsOn && controller.IsReady);
        await function.ResetAsync();
        Assert.False(function.BusMaster, "bus mastering is on after a reset");
        Assert.False(controller.IsOn || controller.IsReady, "the registers are as before the reset");
        await controller.SwitchOnAsync();
        Assert.Equal(0, await IdentifyAsync(controller));
        Assert.Equal(SerialNumber, controller.SerialNumber);
        await function.ResetAsync();
    }

    [Fact]
    public async Task Q1_A_reset_of_the_function_gives_logical_ranges_back()
    {
        await using VfioPlatform platform = Guest.Start(new(), Guest.Nvme);
        await using PciFunction function = await platform.OpenAsync(Guest.Nvme);
        await using var controller = new NvmeController(function);
        await controller.SwitchOnAsync();
        CommonBuffer told = controller.Adapter.AllocateCommonBuffer(4096);
        LogicalAddress there = told.LogicalAddress;
        Assert.Equal(0, await AdminAsync(controller, NvmeController.Identify, there, ControllerStructure));
        told.Dispose();
        Assert.Equal(4096, function.Domain.Quarantine.Bytes);
        using (CommonBuffer other = controller.Adapter.AllocateCommonBuffer(4096)) Assert.NotEqual(there, other.LogicalAddress);
        await function.ResetAsync();
        Assert.Equal(0, function.Domain.Quarantine.Bytes);
        using CommonBuffer again = controller.Adapter.AllocateCommonBuffer(4096);
        Assert.Equal(there, again.LogicalAddress);
    }

    [Fact]
    public async Task Q1_A_system_buffers_logical_range_is_used_again_after_a_reset_only()
    {
        await using VfioPlatform platform = Guest.Start(new(), Guest.Nvme);
        await using PciFunction function = await platform.OpenAsync(Guest.Nvme);
        await using var controller = new NvmeController(function);
        LogicalAddress first = await TellOfABufferAsync(), second = await TellOfABufferAsync();
        Assert.NotEqual(first, second);
        await function.ResetAsync();
        Assert.Contains(await TellOfABufferAsync(), new[] { first, second });

        async Task<LogicalAddress> TellOfABufferAsync()
        {
            using SystemBuffer buffer = platform.AllocateSystemBuffer(4096);
            DmaMapping mapping = await controller.Adapter.MapAsync(buffer.Memory(), DmaDirection.ToDevice);
            LogicalAddress there = mapping.Elements[0].Address;
            mapping.Complete(0);
            return there;
        }
    }

    [Fact]
    public async Task Q1_A_function_that_can_be_reset_is_closed_quiet()
    {
        await using VfioPlatform platform = Guest.Start(new(), Guest.Nvme);
        PciFunction function = await platform.OpenAsync(Guest.Nvme);
        DmaDomain domain = function.Domain;
        await using (var controller = new NvmeController(function))
        {
            await controller.SwitchOnAsync();
            Assert.Equal(0, await IdentifyAsync(controller));
        }

        Assert.NotEqual(0, domain.Quarantine.Bytes);
        await function.DisposeAsync();
        Assert.Equal(0, domain.Quarantine.Bytes);
        Assert.Empty(platform.Misuse.Reports);
    }

    private static Task<int> IdentifyAsync(NvmeController controller) => AdminAsync(controller, NvmeController.Identify, controller.Data, ControllerStructure);

    private static Task<int> AdminAsync(NvmeController controller, byte operation, LogicalAddress data, uint word10, uint word11 = 0) =>
        controller.RunAsync(0, controller.Function.Interrupts[0], operation, 0, data, word10, word11).WaitAsync(TimeSpan.FromSeconds(30));
}
