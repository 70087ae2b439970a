using DmaKit.Devices;
using DmaKit.Platforms;

namespace DmaKit.Emulation.Tests;

public sealed class EduRoundTripTests
{
    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task StepsOrRunsByItself(bool stepped, bool messages)
    {
        await using var machine = new EmulatedPlatform(new() { MemoryBytes = 16 << 20, Stepped = stepped, AllowMessages = messages });
        machine.Add(new EduDevice(new() { TransferDelay = stepped ? TimeSpan.FromMilliseconds(100) : TimeSpan.Zero }), "0000:03:00.0");
        byte[] data = EduProgram.Pattern(2000, seed: 7);

        byte[] back = stepped ? machine.Run(() => RoundTripAsync(machine, data)) : await RoundTripAsync(machine, data);

        Assert.Equal(data, back);
        Assert.Equal(2, machine.CountersOf("0000:03:00.0").Commands);
        Assert.Equal(4000, machine.Statistics.Functions[0].TransferBytes);
        Assert.Equal(0, machine.Statistics.UsedBytes);
        Assert.Empty(machine.Misuse.Reports);
        if (stepped) Assert.Equal(TimeSpan.FromMilliseconds(200), machine.Clock.GetElapsedTime(0));
    }

    private static async Task<byte[]> RoundTripAsync(EmulatedPlatform machine, byte[] data)
    {
        await using PciFunction card = await machine.OpenAsync("0000:03:00.0");
        Assert.Equal(machine.Options.AllowMessages ? InterruptKind.Message : InterruptKind.Line, card.Interrupts[0].Kind);
        return await EduProgram.RoundTripAsync(card, data);
    }
}
