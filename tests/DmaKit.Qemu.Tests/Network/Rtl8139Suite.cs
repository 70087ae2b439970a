using DmaKit.Drivers;
using DmaKit.Platforms;

namespace DmaKit.Qemu.Tests;

/// <summary>The tests of the network card's driver, for every machine that has the card: ours, QEMU's, QEMU's behind VT-d.</summary>
public abstract class Rtl8139Suite
{
    private const int Packets = 300, Depth = 8, PlaceBytes = 16 * 1024, Page = 4096;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task N1_Packets_in_pieces_go_out_whole_and_in_order(bool above4G)
    {
        await using NetworkStand stand = await StartAsync(above4G);
        byte[][] frames = Frames();
        await stand.RunAsync(async driver =>
        {
            Assert.True(driver.LinkIsUp);
            Task<byte[][]> onWire = TakeAsync(frames.Length, stand.ReceiveFromCardAsync);
            await SendAsync(stand.Platform, driver, frames);
            AssertSame(frames, await onWire);
        });
    }

    [Theory]
    [InlineData(8 << 10)]
    [InlineData(64 << 10)]
    public async Task N2_More_than_the_ring_holds_comes_in_whole_and_in_order(int ring)
    {
        await using NetworkStand stand = await StartAsync();
        byte[][] frames = Frames();
        await stand.RunAsync(
            async driver =>
            {
                // The wire holds back what the ring has no room for: nothing is lost.
                Task feeding = Task.Run(async () =>
                {
                    foreach (byte[] frame in frames) await stand.SendToCardAsync(frame);
                });
                var buffer = new byte[Rtl8139Driver.LongestReceived];
                AssertSame(frames, await TakeAsync(frames.Length, async () => buffer[..await driver.ReceiveAsync(buffer)]));
                await feeding;
            },
            new() { Promiscuous = true, ReceiveRingBytes = ring });
    }

    [Fact]
    public async Task R1_Scattered_pages_above_4_GiB_are_one_run_to_the_card_and_nothing_is_copied()
    {
        await using NetworkStand stand = await StartAsync(above4G: true);
        await stand.RunAsync(async driver =>
        {
            // Memory behind the IOMMU is in single pages: the frame lies in two of them that are no neighbours, above 4 GiB. Without it the same driver has the same frame copied.
            using SystemBuffer memory = stand.Platform.AllocateSystemBuffer(2 * Page);
            Memory<byte> frame = memory.Memory(Page - 700, 1400);
            new Random(1).NextBytes(frame.Span);
            MappingStatistics before = driver.Adapter.Domain.Mappings;
            Assert.Equal(TransmitStatus.Sent, await driver.SendAsync(frame));
            Assert.Equal(frame.ToArray(), await stand.ReceiveFromCardAsync());
            MappingStatistics after = driver.Adapter.Domain.Mappings;
            (long direct, long bounced) = (after.DirectBytes - before.DirectBytes, after.BouncedBytes - before.BouncedBytes);
            Assert.Equal(stand.Translates ? (1400, 0) : (0, 1400), (direct, bounced));
            Assert.Equal(0, after.CoalescedBytes - before.CoalescedBytes);
            Assert.Equal(stand.RegisterKind, driver.Adapter.Domain.MapRegisters.Kind);
        });
    }

    [Fact]
    public async Task N1_Short_frames_are_filled_up_with_zeros_unless_told_not_to()
    {
        await using NetworkStand stand = await StartAsync();
        foreach (bool pad in (bool[])[true, false])
        {
            await stand.RunAsync(
                async driver =>
                {
                    Assert.Equal(TransmitStatus.Sent, await driver.SendAsync(new byte[] { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 }));
                    byte[] sent = await stand.ReceiveFromCardAsync();
                    Assert.Equal(pad || stand.FillsShortFrames ? 60 : 15, sent.Length);
                    Assert.Equal(Enumerable.Range(1, 15).Select(i => (byte)i), sent[..15]);
                    Assert.All(sent[15..], b => Assert.Equal(0, b));
                },
                new() { PadShortFrames = pad });
        }
    }

    [Fact]
    public async Task N2_Only_frames_for_the_card_come_unless_it_is_to_hear_all()
    {
        await using NetworkStand stand = await StartAsync();
        byte[] stranger = Frame(0x02, 1), everybody = Frame(0xFF, 2);
        var buffer = new byte[Rtl8139Driver.LongestReceived];
        await stand.RunAsync(
            async driver =>
            {
                await stand.SendToCardAsync(stranger);
                await stand.SendToCardAsync(everybody);
                Assert.Equal(everybody, buffer[..await driver.ReceiveAsync(buffer)]);
            },
            new());
        await stand.RunAsync(async driver =>
        {
            await stand.SendToCardAsync(stranger);
            Assert.Equal(stranger, buffer[..await driver.ReceiveAsync(buffer)]);
        });

        static byte[] Frame(byte to, byte fill)
        {
            var frame = new byte[100];
            frame.AsSpan(0, 6).Fill(to);
            frame.AsSpan(6).Fill(fill);
            return frame;
        }
    }

    [Fact]
    public async Task N1_Closing_ends_what_is_under_way()
    {
        await using NetworkStand stand = await StartAsync();
        var sending = new List<Task>();
        await stand.RunAsync(driver =>
        {
            for (int i = 0; i < Depth; i++) sending.Add(driver.SendAsync(new byte[1000]).AsTask());
            return Task.CompletedTask;
        });
        foreach (Task send in sending) await Record.ExceptionAsync(() => send.WaitAsync(TimeSpan.FromSeconds(60)));
        Assert.All(sending, s => Assert.True(s.IsCompleted));
    }

    /// <summary>A machine with the card, or a skip.</summary>
    /// <param name="above4G">Whether system buffers lie above 4 GiB.</param>
    protected abstract ValueTask<NetworkStand> StartAsync(bool above4G = false);

    private static byte[][] Frames()
    {
        var random = new Random(11);
        var frames = new byte[Packets][];
        for (int i = 0; i < frames.Length; i++)
        {
            frames[i] = new byte[random.Next(60, 1515)];
            random.NextBytes(frames[i]);
        }

        return frames;
    }

    private static async Task<byte[][]> TakeAsync(int count, Func<Task<byte[]>> next)
    {
        var taken = new byte[count][];
        for (int i = 0; i < count; i++) taken[i] = await next();
        return taken;
    }

    private static async Task SendAsync(DmaPlatform machine, Rtl8139Driver driver, byte[][] frames)
    {
        using SystemBuffer memory = machine.AllocateSystemBuffer(Depth * PlaceBytes);
        var sending = new ValueTask<TransmitStatus>[Depth];
        BufferChain[] chains = [.. Enumerable.Range(0, Depth).Select(_ => BufferChain.Rent())];
        for (int i = 0; i < frames.Length + Depth; i++)
        {
            int place = i % Depth;
            if (i >= Depth && i - Depth < frames.Length) Assert.Equal(TransmitStatus.Sent, await sending[place]);
            if (i >= frames.Length) continue;
            chains[place].Clear();
            int pieces = 1 + i % 5, step = frames[i].Length / pieces;
            for (int piece = 0; piece < pieces; piece++)
            {
                Memory<byte> part = memory.Memory(place * PlaceBytes + piece * 3000, piece == pieces - 1 ? frames[i].Length - piece * step : step);
                frames[i].AsSpan(piece * step, part.Length).CopyTo(part.Span);
                chains[place].Add(part);
            }

            sending[place] = driver.SendAsync(chains[place]);
        }

        foreach (BufferChain chain in chains) chain.Dispose();
    }

    private static void AssertSame(byte[][] expected, byte[][] actual)
    {
        for (int i = 0; i < expected.Length; i++) Assert.True(expected[i].AsSpan().SequenceEqual(actual[i]), $"packet {i} of {expected[i].Length} bytes came with {actual[i].Length} or others");
    }
}
