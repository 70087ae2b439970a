using DmaKit.Drivers;
using DmaKit.Drivers.Tests;
using DmaKit.Platforms;

namespace DmaKit.Qemu.Tests;

/// <summary>The tests of the edu driver, for every machine that has an edu device: ours, QEMU's, QEMU's behind VT-d.</summary>
public abstract class EduSuite
{
    [Fact]
    public async Task Factorials_are_computed()
    {
        await using DmaPlatform machine = await StartAsync();
        await RunAsync(machine, async edu =>
        {
            Assert.Equal(1u, await edu.FactorialAsync(0));
            Assert.Equal(120u, await edu.FactorialAsync(5));
            Assert.Equal(479_001_600u, await edu.FactorialAsync(12));

            // Modulo 2^32 from here on.
            Assert.Equal(1_932_053_504u, await edu.FactorialAsync(13));
        });
        Assert.Empty(machine.Misuse.Reports);
    }

    [Fact]
    public async Task Bytes_go_there_and_come_back()
    {
        await using DmaPlatform machine = await StartAsync();
        await RunAsync(machine, async edu =>
        {
            byte[] data = Pattern.Bytes(EduDriver.BufferLength, 7);
            await edu.WriteAsync(0, data);
            var back = new byte[1000];
            await edu.ReadAsync(2000, back);
            Assert.Equal(data[2000..3000], back);
        });
        Assert.Empty(machine.Misuse.Reports);
    }

    [Fact]
    public async Task A_given_up_operation_is_waited_for_by_the_next()
    {
        await using DmaPlatform machine = await StartAsync();
        await RunAsync(machine, async edu =>
        {
            byte[] data = Pattern.Bytes(100, 1);
            await edu.WriteAsync(0, data);
            using var giveUp = new CancellationTokenSource();
            Task first = edu.ReadAsync(0, new byte[100], giveUp.Token).AsTask();
            await giveUp.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
            var read = new byte[100];
            await edu.ReadAsync(0, read);
            Assert.Equal(data, read);
        });
        Assert.Empty(machine.Misuse.Reports);
    }

    /// <summary>A machine with an edu device, or a skip.</summary>
    protected abstract ValueTask<DmaPlatform> StartAsync();

    private static async Task RunAsync(DmaPlatform machine, Func<EduDriver, Task> test)
    {
        PciFunctionInfo info = machine.Functions.Single(f => f is { VendorId: 0x1234, DeviceId: 0x11E8 });
        await using PciFunction function = await machine.OpenAsync(info.Address);
        await using EduDriver edu = EduDriver.Start(function);
        await test(edu).WaitAsync(TimeSpan.FromSeconds(30));
    }
}
