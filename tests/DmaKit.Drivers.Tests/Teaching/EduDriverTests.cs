using DmaKit.Devices;
using DmaKit.Emulation;
using DmaKit.Platforms;

namespace DmaKit.Drivers.Tests;

public sealed class EduDriverTests
{
    [Theory]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    public async Task Factorials_and_bytes(bool messages, bool iommu)
    {
        await using var machine = new EmulatedPlatform(new EmulatedPlatformOptions { Stepped = true, AllowMessages = messages, Iommu = iommu });
        string address = machine.Add(new EduDevice());
        machine.Run(async () =>
        {
            await using PciFunction function = await machine.OpenAsync(address);
            await using EduDriver edu = EduDriver.Start(function);
            Assert.Equal(1u, await edu.FactorialAsync(0));
            Assert.Equal(479001600u, await edu.FactorialAsync(12));

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
        await using var machine = new EmulatedPlatform(new EmulatedPlatformOptions { Stepped = true });
        string address = machine.Add(new EduDevice());
        machine.Run(async () =>
        {
            await using PciFunction function = await machine.OpenAsync(address);
            await using EduDriver edu = EduDriver.Start(function);
            byte[] data = Pattern.Bytes(100, 1);
            await edu.WriteAsync(0, data);
            using var giveUp = new CancellationTokenSource();
            Task first = edu.ReadAsync(0, new byte[100], giveUp.Token).AsTask();
            giveUp.Cancel();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
            var read = new byte[100];
            await edu.ReadAsync(0, read);
            Assert.Equal(data, read);
        });
        Assert.Empty(machine.Misuse.Reports);
    }

    [Fact]
    public async Task One_thing_at_a_time_and_inside_the_buffer()
    {
        await using var machine = new EmulatedPlatform(new EmulatedPlatformOptions { Stepped = true });
        string address = machine.Add(new EduDevice());
        machine.Run(async () =>
        {
            await using PciFunction function = await machine.OpenAsync(address);
            await using EduDriver edu = EduDriver.Start(function);
            Task<uint> first = edu.FactorialAsync(3).AsTask();
            await Assert.ThrowsAsync<DmaMisuseException>(() => edu.FactorialAsync(4).AsTask());
            Assert.Equal(6u, await first);
            await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => edu.ReadAsync(1, new byte[EduDriver.BufferLength]).AsTask());
        });
    }

    [Fact]
    public async Task Another_device_is_refused()
    {
        await using var machine = new EmulatedPlatform(new EmulatedPlatformOptions { Stepped = true });
        string address = machine.Add(new MailboxDevice());
        machine.Run(async () =>
        {
            await using PciFunction function = await machine.OpenAsync(address);
            Assert.Contains("0x584F424D", Assert.Throws<DmaException>(() => EduDriver.Start(function)).Message);
        });
    }
}
