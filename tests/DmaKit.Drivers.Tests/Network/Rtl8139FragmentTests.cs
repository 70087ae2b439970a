using DmaKit.Emulation;
using DmaKit.Platforms;

namespace DmaKit.Drivers.Tests;

/// <summary>Packets in pieces at random places, below and above 4 GiB, with and without an IOMMU: what arrives is the packet.</summary>
public sealed class Rtl8139FragmentTests(ITestOutputHelper output)
{
    private const int Depth = 16, PlaceBytes = 16 * 1024, MostFragments = 32;

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public Task N1_Packets_in_one_to_thirty_two_pieces_arrive_whole(bool above4G, bool iommu) => RunAsync(above4G, iommu, packets: 50);

    [Theory(Explicit = true), Trait("Category", "Soak")]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public Task N1_Two_thousand_packets_for_each_number_of_pieces(bool above4G, bool iommu) => RunAsync(above4G, iommu, packets: 2_000);

    [Fact]
    public async Task N1_What_the_card_reaches_is_sent_from_where_it_lies_and_the_rest_is_copied_once()
    {
        await using NetworkMachine machine = NetworkMachine.BackToBack(NetworkMachine.Stepped);
        await machine.RunAsync(async cards =>
        {
            using SystemBuffer buffer = machine.Platform.AllocateSystemBuffer(8192);
            using BufferChain chain = BufferChain.Rent();
            Task<List<byte[]>> receiving = NetworkMachine.ReceiveAsync(cards[1], 4);
            chain.Add(buffer.Memory(0, 1000));
            Assert.Equal(TransmitStatus.Sent, await cards[0].SendAsync(chain));
            Assert.Equal((1000, 0, 0), Copies(cards[0]));

            // At no multiple of 4: the card does not take it from there.
            Assert.Equal(TransmitStatus.Sent, await cards[0].SendAsync(buffer.Memory(1, 1000)));
            Assert.Equal((1000, 1000, 0), Copies(cards[0]));
            Assert.Equal(1, cards[0].Coalesced.ForAlignment);
            long forCount = cards[0].Coalesced.ForCount;

            chain.Clear();
            chain.Add(buffer.Memory(0, 100));
            chain.Add(buffer.Memory(4096, 200));
            Assert.Equal(TransmitStatus.Sent, await cards[0].SendAsync(chain));
            Assert.Equal((1000, 1300, 0), Copies(cards[0]));
            Assert.Equal(forCount + 1, cards[0].Coalesced.ForCount);

            Assert.Equal(TransmitStatus.Sent, await cards[0].SendAsync(new byte[500]));
            Assert.Equal(500, Copies(cards[0]).Bounced);
            Assert.Equal([1000, 1000, 300, 500], (await receiving).Select(f => f.Length));
        });
        machine.AssertClean();
    }

    [Fact]
    public async Task N1_Short_packets_in_pieces_are_filled_up_too()
    {
        await using NetworkMachine machine = NetworkMachine.BackToBack(NetworkMachine.Stepped);
        await machine.RunAsync(async cards =>
        {
            using BufferChain chain = BufferChain.Rent();
            chain.Add((Memory<byte>)new byte[] { 1, 2 });
            chain.Add((Memory<byte>)new byte[] { 3 });
            Task<List<byte[]>> receiving = NetworkMachine.ReceiveAsync(cards[1], 1);
            Assert.Equal(TransmitStatus.Sent, await cards[0].SendAsync(chain));
            Assert.Equal([1, 2, 3, .. new byte[57]], Assert.Single(await receiving));
        });
        machine.AssertClean();
    }

    private static (long Direct, long Coalesced, long Bounced) Copies(Rtl8139Driver card)
    {
        MappingStatistics mappings = card.Adapter.Domain.Mappings;
        return (mappings.DirectBytes, mappings.CoalescedBytes, mappings.BouncedBytes);
    }

    private async Task RunAsync(bool above4G, bool iommu, int packets)
    {
        var options = new EmulatedPlatformOptions
        {
            Stepped = true,
            MemoryBytes = 64 << 20,
            LowMemoryBytes = 32 << 20,
            SystemBuffersAbove4G = above4G,
            Iommu = iommu,
            Fragmentation = 0.7,
            Seed = 5,
        };
        await using NetworkMachine machine = NetworkMachine.BackToBack(options);
        await machine.RunAsync(async cards =>
        {
            using SystemBuffer memory = machine.Platform.AllocateSystemBuffer(Depth * PlaceBytes);
            for (int fragments = 1; fragments <= MostFragments; fragments++) await LoopAsync(cards, memory, fragments, packets);
            output.WriteLine($"above 4 GiB {above4G}, IOMMU {iommu}: {Copies(cards[0])}");
        });
        machine.AssertClean();
    }

    private static async Task LoopAsync(IReadOnlyList<Rtl8139Driver> cards, SystemBuffer memory, int fragments, int packets)
    {
        var random = new Random(fragments);
        List<byte[]> frames = NetworkMachine.Frames(fragments, packets);
        Task<List<byte[]>> receiving = NetworkMachine.ReceiveAsync(cards[1], packets);
        var chains = new BufferChain[Depth];
        var sending = new ValueTask<TransmitStatus>[Depth];
        for (int i = 0; i < Depth; i++) chains[i] = BufferChain.Rent();
        for (int i = 0; i < packets + Depth; i++)
        {
            int place = i % Depth;
            if (i >= Depth && i - Depth < packets) Assert.Equal(TransmitStatus.Sent, await sending[place]);
            if (i >= packets) continue;
            chains[place].Clear();
            Scatter(frames[i], memory.Memory(place * PlaceBytes, PlaceBytes), fragments, chains[place], random);
            sending[place] = cards[0].SendAsync(chains[place]);
        }

        foreach (BufferChain chain in chains) chain.Dispose();
        List<byte[]> came = await receiving;
        for (int i = 0; i < packets; i++) Assert.True(frames[i].AsSpan().SequenceEqual(came[i]), $"{fragments} fragments, packet {i} of {frames[i].Length} bytes");
    }

    private static void Scatter(byte[] frame, Memory<byte> place, int fragments, BufferChain chain, Random random)
    {
        int[] cuts = [0, .. Enumerable.Range(0, fragments - 1).Select(_ => random.Next(frame.Length + 1)).Order(), frame.Length];
        int gap = (PlaceBytes - frame.Length) / fragments;
        int at = 0;
        for (int i = 0; i < fragments; i++)
        {
            at += random.Next(gap);
            int length = cuts[i + 1] - cuts[i];
            frame.AsSpan(cuts[i], length).CopyTo(place.Span[at..]);
            chain.Add(place.Slice(at, length));
            at += length;
        }
    }
}
