using DmaKit.Devices;
using DmaKit.Platforms;

namespace DmaKit.Drivers.Tests;

/// <summary>A card that sends nothing and does not come out of its reset.</summary>
public sealed class Rtl8139StuckTests
{
    private const long Command = 0x37, FirstDescriptor = 0x10, LastDescriptor = 0x1C;
    private const byte Reset = 0x10;

    [Fact]
    public async Task C4_A_frame_on_a_stuck_card_ends_and_who_receives_is_told()
    {
        OddRegisters? card = null;
        await using NetworkMachine machine = Machine(out card);
        using SystemBuffer frame = machine.Platform.AllocateSystemBuffer(200);
        await machine.RunAsync(async drivers =>
        {
            Rtl8139Driver driver = drivers[0];
            Task<DeviceLostException> receiving = Assert.ThrowsAsync<DeviceLostException>(() => driver.ReceiveAsync(new byte[Rtl8139Driver.LongestReceived]).AsTask());
            card.Drops = (offset, _) => offset is >= FirstDescriptor and <= LastDescriptor or Command;
            card.Answers = (offset, value) => offset == Command ? value | Reset : value;
            Task<TransmitStatus>[] sends = [.. Enumerable.Range(0, 8).Select(_ => EndAsync(driver, frame.Memory(0, 200)))];
            foreach (Task<TransmitStatus> send in sends) Assert.Contains(await send, (TransmitStatus[])[TransmitStatus.TimedOut, TransmitStatus.Closed]);
            await receiving;
            card.Answers = null;
            card.Drops = null;
        }, new Rtl8139DriverOptions { SendTimeout = TimeSpan.FromMilliseconds(100) });
    }

    [Fact]
    public async Task A_start_that_is_given_up_goes_on_on_the_platforms_pump()
    {
        OddRegisters? card = null;
        await using NetworkMachine machine = Machine(out card);
        card.Answers = (offset, value) => offset == Command ? value | Reset : value;
        machine.Platform.Run(async () =>
        {
            int thread = Environment.CurrentManagedThreadId;
            await using PciFunction function = await machine.Platform.OpenAsync("0000:00:03.0");
            using var giveUp = new CancellationTokenSource(TimeSpan.FromMilliseconds(20), machine.Platform.Clock);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Rtl8139Driver.StartAsync(function, null, giveUp.Token).AsTask());
            Assert.Equal(thread, Environment.CurrentManagedThreadId);
        });
    }

    private static async Task<TransmitStatus> EndAsync(Rtl8139Driver driver, ReadOnlyMemory<byte> frame)
    {
        try
        {
            return await driver.SendAsync(frame);
        }
        catch (DmaException)
        {
            // No packet for it: the card does not let go of those that there are.
            return TransmitStatus.Closed;
        }
    }

    private static NetworkMachine Machine(out OddRegisters card) =>
        new(NetworkMachine.Stepped, card = new OddRegisters(new Rtl8139Device(new NetworkCable().First)));
}
