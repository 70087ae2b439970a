using DmaKit.Devices;
using DmaKit.Emulation;
using DmaKit.Platforms;

namespace DmaKit.Drivers.Tests;

/// <summary>
/// Frames over the wire, whole and in order, with every register given back: the property that the real driver is held to, and senders with known mistakes that
/// it catches.
/// </summary>
public sealed class Rtl8139TwinTests(ITestOutputHelper output)
{
    private const int Count = 40, Registers = 3;

    // A wire that is busy for a while with each frame: who believes too early that a frame has gone changes it before the card reads it.
    private static readonly Rtl8139Options s_slow = new() { FrameTime = TimeSpan.FromMilliseconds(3) };

    [Fact]
    public async Task N1_A_plain_sender_without_a_mistake_passes() => Assert.Null(await PlayAsync(SenderMistake.None));

    [Fact]
    public async Task N1_The_driver_passes_the_same_property()
    {
        await using NetworkMachine machine = Machine();
        List<byte[]> frames = NetworkMachine.Frames(3, Count);
        await machine.RunAsync(async cards =>
        {
            Task<List<byte[]>> receiving = NetworkMachine.ReceiveAsync(cards[1], Count);
            foreach (byte[] frame in frames) Assert.Equal(TransmitStatus.Sent, await cards[0].SendAsync(frame));
            Assert.Null(Difference(frames, await receiving));
        });
        machine.AssertClean();
    }

    [Theory]
    [InlineData(SenderMistake.HoldsAndWaits, "Deadlock: ")]
    [InlineData(SenderMistake.CompletesEarly, "frames are missing")]
    [InlineData(SenderMistake.IgnoresOwnBit, "frames are missing")]
    [InlineData(SenderMistake.MapsTwice, "a frame waits for ever")]
    [InlineData(SenderMistake.IgnoresContiguity, "frame ")]
    public async Task N1_A_sender_with_a_known_mistake_is_caught(SenderMistake mistake, string complaint)
    {
        string? wrong = await PlayAsync(mistake);
        output.WriteLine($"{mistake}: {wrong}");
        Assert.StartsWith(complaint, wrong, StringComparison.Ordinal);
    }

    private static NetworkMachine Machine()
    {
        var cable = new NetworkCable();
        return new NetworkMachine(new EmulatedPlatformOptions { Stepped = true, MapRegisters = Registers }, new Rtl8139Device(cable.First, s_slow), new Rtl8139Device(cable.Second));
    }

    /// <returns>What is not as it should be, or null.</returns>
    private static async Task<string?> PlayAsync(SenderMistake mistake)
    {
        var cable = new NetworkCable();
        await using var machine = new EmulatedPlatform(new EmulatedPlatformOptions { Stepped = true, MapRegisters = Registers });
        string first = machine.Add(new Rtl8139Device(cable.First, s_slow)), second = machine.Add(new Rtl8139Device(cable.Second));
        return machine.Run(async () =>
        {
            await using PciFunction there = await machine.OpenAsync(first);
            await using PciFunction here = await machine.OpenAsync(second);
            await using Rtl8139Driver receiver = await Rtl8139Driver.StartAsync(here, new Rtl8139DriverOptions { Promiscuous = true, ReceiveRingBytes = 8192 });
            var sender = new PlainSender(there, mistake);
            try
            {
                List<byte[]> frames = NetworkMachine.Frames(3, Count);
                Task<List<byte[]>> receiving = NetworkMachine.ReceiveAsync(receiver, Count);
                await sender.SendAsync(frames);
                return Difference(frames, await receiving.WaitAsync(TimeSpan.FromSeconds(1), machine.Clock))
                    ?? (there.Domain.MapRegisters.Free == Registers ? null : $"{Registers - there.Domain.MapRegisters.Free} map registers were not given back");
            }
            catch (DmaDeadlockException e)
            {
                return e.Message;
            }
            catch (TimeoutException)
            {
                return "frames are missing";
            }
            catch (OperationCanceledException)
            {
                return "a frame waits for ever";
            }
        });
    }

    private static string? Difference(List<byte[]> sent, List<byte[]> came)
    {
        for (int i = 0; i < sent.Count; i++)
            if (!sent[i].AsSpan().SequenceEqual(came[i])) return $"frame {i} of {sent[i].Length} bytes came as {came[i].Length} bytes, or with others";
        return null;
    }
}
