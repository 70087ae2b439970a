using DmaKit.Platforms;

namespace DmaKit.Drivers.Tests;

/// <summary>Nothing is allocated for a packet, on either side.</summary>
[Collection(nameof(AllocationCollection))]
public sealed class Rtl8139AllocationTests(ITestOutputHelper output)
{
    private const int Packets = 20_000, Depth = 8;

    // For the runtime's own doings: timers, thread pool, tiers of compilation.
    private const long Allowed = 4_000;

    [Fact]
    public async Task C6_Packets_through_two_cards_allocate_nothing()
    {
        Assert.SkipWhen(Environment.GetEnvironmentVariable("DMAKIT_VERIFY") is { Length: > 0 }, "DMAKIT_VERIFY is set: a verifier keeps books of every command, and allocates.");
        await using NetworkMachine machine = NetworkMachine.BackToBack(new());
        using SystemBuffer buffer = machine.Platform.AllocateSystemBuffer(Depth * 2048);
        await machine.RunAsync(async cards =>
        {
            await LoopAsync(cards, buffer, Packets);
            long allocated = long.MaxValue;
            for (int attempt = 0; attempt < 4 && allocated > Allowed; attempt++)
            {
                long few = await AllocatedAsync(cards, buffer, Depth);
                allocated = Math.Min(allocated, await AllocatedAsync(cards, buffer, Packets) - few);
            }

            output.WriteLine($"{allocated} bytes in {Packets} packets");
            Assert.True(allocated <= Allowed, $"{allocated} bytes were allocated for {Packets} packets; {Allowed} are allowed.");
        });
        machine.AssertClean();
    }

    private static async Task<long> AllocatedAsync(IReadOnlyList<Rtl8139Driver> cards, SystemBuffer buffer, int packets)
    {
        long before = GC.GetTotalAllocatedBytes(precise: true);
        await LoopAsync(cards, buffer, packets);
        return GC.GetTotalAllocatedBytes(precise: true) - before;
    }

    private static async Task LoopAsync(IReadOnlyList<Rtl8139Driver> cards, SystemBuffer buffer, int packets)
    {
        Task receiving = ReceiveAsync(cards[1], packets);
        var pending = new ValueTask<TransmitStatus>[Depth];
        for (int i = 0; i < packets + Depth; i++)
        {
            if (i >= Depth) await pending[i % Depth];
            if (i < packets) pending[i % Depth] = cards[0].SendAsync(buffer.Memory(i % Depth * 2048, 60 + i % 1455));
        }

        await receiving;
    }

    private static async Task ReceiveAsync(Rtl8139Driver card, int packets)
    {
        byte[] frame = new byte[2048];
        for (int i = 0; i < packets; i++) await card.ReceiveAsync(frame).ConfigureAwait(false);
    }
}
