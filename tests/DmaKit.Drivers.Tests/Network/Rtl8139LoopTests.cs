using DmaKit.Emulation;

namespace DmaKit.Drivers.Tests;

public sealed class Rtl8139LoopTests
{
    [Theory]
    [InlineData(false, true)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    [InlineData(true, false)]
    public async Task Frames_arrive_whole_and_in_order(bool iommu, bool stepped)
    {
        await using NetworkMachine machine = NetworkMachine.BackToBack(new EmulatedPlatformOptions { Stepped = stepped, Iommu = iommu });
        await machine.RunAsync(async cards =>
        {
            List<byte[]> frames = NetworkMachine.Frames(1, 300);
            Task<List<byte[]>> receiving = NetworkMachine.ReceiveAsync(cards[1], frames.Count);
            Task<TransmitStatus>[] sending = [.. frames.Select(frame => cards[0].SendAsync(frame).AsTask())];
            Assert.All(await Task.WhenAll(sending), s => Assert.Equal(TransmitStatus.Sent, s));
            Assert.Equal(frames, await receiving);
            Assert.Equal(4, cards[0].Statistics.MostInCard);
            machine.AssertClean();
        });
        machine.AssertClean();
    }
}
