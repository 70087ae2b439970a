using System.Security.Cryptography;
using DmaKit.Emulation;
using DmaKit.Platforms;

namespace DmaKit.Drivers.Tests;

/// <summary>Two cards back to back: what one sends, the other receives, every byte and in order.</summary>
public sealed class Rtl8139LoopTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(false, true)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    [InlineData(true, false)]
    public async Task N1_Frames_arrive_whole_and_in_order(bool iommu, bool stepped)
    {
        await using NetworkMachine machine = NetworkMachine.BackToBack(new EmulatedPlatformOptions { Stepped = stepped, Iommu = iommu });
        await machine.RunAsync(async cards =>
        {
            await LoopAsync(cards, NetworkMachine.Frames(1, 300));
            Assert.Equal(4, cards[0].Statistics.MostInCard);
        });
        machine.AssertClean();
    }

    [Theory]
    [InlineData(8192)]
    [InlineData(16384)]
    [InlineData(65536)]
    public async Task N1_Every_ring_wraps_as_it_should(int ring)
    {
        await using NetworkMachine machine = NetworkMachine.BackToBack(NetworkMachine.Stepped);
        var receiver = new Rtl8139DriverOptions { Promiscuous = true, ReceiveRingBytes = ring, ReceiveDepth = 3, Bar = 0 };
        await machine.RunAsync(
            async cards =>
            {
                Assert.Equal(ring, cards[1].ReceiveRingBytes);
                await LoopAsync(cards, NetworkMachine.Frames(ring, 400, least: 1, most: Rtl8139Driver.LongestSent));
            },
            new Rtl8139DriverOptions { PadShortFrames = false }, receiver);
        machine.AssertClean();
    }

    [Fact]
    public async Task N1_A_hundred_thousand_packets_arrive_whole_and_in_order()
    {
        const int count = 100_000;
        await using NetworkMachine machine = NetworkMachine.BackToBack(NetworkMachine.Stepped);
        long started = TimeProvider.System.GetTimestamp();
        await machine.RunAsync(async cards =>
        {
            using SystemBuffer buffer = machine.Platform.AllocateSystemBuffer(16 * 4096);
            using var sent = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            using var came = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            Task receiving = HashAsync(cards[1], count, came);
            var random = new Random(17);
            var pending = new ValueTask<TransmitStatus>[16];
            for (int i = 0; i < count + pending.Length; i++)
            {
                if (i >= pending.Length && await pending[i % pending.Length] is var status and not TransmitStatus.Sent) Assert.Fail($"packet {i - pending.Length}: {status}");
                if (i >= count) continue;
                Memory<byte> frame = buffer.Memory(i % pending.Length * 4096, random.Next(60, 1515));
                random.NextBytes(frame.Span[..16]);
                frame.Span[^1] = (byte)i;
                Hash(sent, frame.Span);
                pending[i % pending.Length] = cards[0].SendAsync(frame);
            }

            await receiving;
            Assert.Equal(sent.GetHashAndReset(), came.GetHashAndReset());
            Assert.Equal((count, 4), (cards[0].Statistics.Sent, cards[0].Statistics.MostInCard));
            Assert.Equal((count, 0), (cards[1].Statistics.Received, cards[1].Statistics.Missed));
            Assert.Equal(0, machine.Functions[0].Domain.Mappings.BouncedBytes);
        });
        machine.AssertClean();
        output.WriteLine($"{count} packets in {TimeProvider.System.GetElapsedTime(started).TotalSeconds:0.0} s");
    }

    private static async Task LoopAsync(IReadOnlyList<Rtl8139Driver> cards, List<byte[]> frames)
    {
        Task<List<byte[]>> receiving = NetworkMachine.ReceiveAsync(cards[1], frames.Count);
        Task<TransmitStatus>[] sending = [.. frames.Select(frame => cards[0].SendAsync(frame).AsTask())];
        Assert.All(await Task.WhenAll(sending), s => Assert.Equal(TransmitStatus.Sent, s));
        AssertSame(frames, await receiving);
    }

    private static void AssertSame(List<byte[]> expected, List<byte[]> actual)
    {
        Assert.Equal(expected.Count, actual.Count);
        for (int i = 0; i < expected.Count; i++) Assert.True(expected[i].AsSpan().SequenceEqual(actual[i]), $"frame {i} of {expected[i].Length} bytes came as {actual[i].Length} bytes, or with others");
    }

    private static async Task HashAsync(Rtl8139Driver card, int count, IncrementalHash hash)
    {
        byte[] buffer = new byte[Rtl8139Driver.LongestReceived];
        for (int i = 0; i < count; i++)
        {
            int length = await card.ReceiveAsync(buffer);
            Hash(hash, buffer.AsSpan(0, length));
        }
    }

    private static void Hash(IncrementalHash hash, ReadOnlySpan<byte> frame)
    {
        hash.AppendData([(byte)frame.Length, (byte)(frame.Length >> 8)]);
        hash.AppendData(frame);
    }
}
