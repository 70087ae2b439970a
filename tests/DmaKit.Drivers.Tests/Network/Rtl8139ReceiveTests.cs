using System.Buffers.Binary;
using DmaKit.Devices;
using DmaKit.Emulation;

namespace DmaKit.Drivers.Tests;

/// <summary>Receiving: backpressure, frames that are missed, and cards that write nonsense.</summary>
public sealed class Rtl8139ReceiveTests
{
    [Fact]
    public async Task N2_What_there_is_no_room_for_is_missed_and_counted()
    {
        var wire = new ProgramPort { WaitsForRoom = false };
        await using var machine = new NetworkMachine(NetworkMachine.Stepped, new Rtl8139Device(wire));
        await machine.RunAsync(
            async cards =>
            {
                const int sent = 60;
                for (int i = 0; i < sent; i++) await wire.SendToCardAsync(Frame(1000, i));
                List<byte[]> came = await NetworkMachine.ReceiveAsync(cards[0], 1);
                while (came.Count + cards[0].Statistics.Missed < sent) came.AddRange(await NetworkMachine.ReceiveAsync(cards[0], 1));
                Assert.InRange(cards[0].Statistics.Missed, 1, sent - 8);

                // What came, came in order and whole, and afterwards everything goes on.
                Assert.Equal(came.Select(f => f[999]).Order(), came.Select(f => f[999]));
                Assert.All(came, f => Assert.Equal(Frame(1000, f[999]), f));
                await wire.SendToCardAsync(Frame(100, 1));
                Assert.Equal(100, await cards[0].ReceiveAsync(new byte[2048]));
                Assert.Equal(0, cards[0].Statistics.ReceiverResets);
            },
            new Rtl8139DriverOptions { Promiscuous = true, ReceiveRingBytes = 8192, ReceiveDepth = 4 });
        machine.AssertClean();
    }

    [Fact]
    public async Task N2_On_a_wire_that_waits_nothing_is_missed_however_slow_the_reader()
    {
        var wire = new ProgramPort();
        await using var machine = new NetworkMachine(NetworkMachine.Stepped, new Rtl8139Device(wire));
        await machine.RunAsync(
            async cards =>
            {
                Task feeding = FeedAsync(wire, 500);
                List<byte[]> came = await NetworkMachine.ReceiveAsync(cards[0], 500);
                await feeding;
                Assert.Equal(Enumerable.Range(0, 500).Select(i => (byte)i), came.Select(f => f[999]));
                Assert.Equal((0, 500), (cards[0].Statistics.Missed, cards[0].Statistics.Received));
            },
            new Rtl8139DriverOptions { Promiscuous = true, ReceiveRingBytes = 8192, ReceiveDepth = 1 });
        machine.AssertClean();
    }

    [Fact]
    public async Task N2_A_buffer_that_is_too_short_gets_the_beginning_and_the_length()
    {
        var wire = new ProgramPort();
        await using var machine = new NetworkMachine(NetworkMachine.Stepped, new Rtl8139Device(wire));
        await machine.RunAsync(async cards =>
        {
            await wire.SendToCardAsync(Frame(1000, 7));
            byte[] buffer = new byte[10];
            Assert.Equal(1000, await cards[0].ReceiveAsync(buffer));
            Assert.Equal(Frame(1000, 7)[..10], buffer);
            Assert.Equal(1, cards[0].Statistics.Truncated);
            Assert.False(cards[0].TryReceive(buffer, out _));
        });
    }

    [Fact]
    public async Task N2_Only_frames_for_the_card_come_unless_it_is_to_hear_all()
    {
        foreach (bool promiscuous in (bool[])[false, true])
        {
            var wire = new ProgramPort();
            await using var machine = new NetworkMachine(NetworkMachine.Stepped, new Rtl8139Device(wire));
            await machine.RunAsync(
                async cards =>
                {
                    byte[] ours = [.. cards[0].Address.GetAddressBytes(), .. new byte[60]];
                    byte[] others = [0x02, 9, 9, 9, 9, 9, .. new byte[61]];
                    await wire.SendToCardAsync(others);
                    await wire.SendToCardAsync(ours);
                    Assert.Equal(promiscuous ? others.Length : ours.Length, await cards[0].ReceiveAsync(new byte[2048]));
                },
                new Rtl8139DriverOptions { Promiscuous = promiscuous });
        }
    }

    [Fact]
    public async Task N2_Waiting_ends_as_cancelled_or_with_a_frame_and_frames_go_to_the_next()
    {
        var wire = new ProgramPort();
        await using var machine = new NetworkMachine(NetworkMachine.Stepped, new Rtl8139Device(wire));
        await machine.RunAsync(async cards =>
        {
            using var cancellation = new CancellationTokenSource();
            Task<int> first = cards[0].ReceiveAsync(new byte[2048], cancellation.Token).AsTask();
            Task<int> second = cards[0].ReceiveAsync(new byte[2048]).AsTask();
            cancellation.Cancel();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
            await wire.SendToCardAsync(Frame(123, 1));
            Assert.Equal(123, await second);
            await wire.SendToCardAsync(Frame(124, 1));
            await foreach (ReadOnlyMemory<byte> frame in cards[0].ReadAllAsync())
            {
                Assert.Equal(124, frame.Length);
                break;
            }
        });
    }

    /// <summary>A card that lies in its ring or in its position can lose frames, and nothing more: the driver counts it and goes on.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task C5_A_card_that_writes_nonsense_loses_frames_and_nothing_else(int seed)
    {
        var wire = new ProgramPort();
        var liar = new Liar(new Rtl8139Device(wire), seed);
        await using var machine = new NetworkMachine(NetworkMachine.Stepped, liar);
        await machine.RunAsync(
            async cards =>
            {
                byte[] buffer = new byte[2048];
                for (int i = 0; i < 400; i++)
                {
                    liar.Lies = i < 300;
                    await wire.SendToCardAsync(Frame(60 + i * 3, i));
                    using var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(1), machine.Platform.Clock);
                    try
                    {
                        int length = await cards[0].ReceiveAsync(buffer, patience.Token);
                        Assert.InRange(length, 1, Rtl8139Driver.LongestReceived);
                    }
                    catch (OperationCanceledException) when (i < 310)
                    {
                        // Lost with the ring.
                    }
                }

                Assert.True(cards[0].Statistics.ReceiverResets > 0);
                Assert.True(cards[0].Statistics.Received > 80);
            },
            new Rtl8139DriverOptions { Promiscuous = true, ReceiveRingBytes = seed % 2 == 0 ? 65536 : 8192 });
        machine.AssertClean();
    }

    private static byte[] Frame(int length, int fill) => [.. Enumerable.Repeat((byte)0xFF, 6), .. Enumerable.Repeat((byte)fill, length - 6)];

    private static async Task FeedAsync(ProgramPort wire, int count)
    {
        for (int i = 0; i < count; i++) await wire.SendToCardAsync(Frame(1000, i));
    }

    private sealed class Liar(DeviceModel inner, int seed) : DeviceInterposer(inner)
    {
        private readonly Random _random = new(seed);

        public bool Lies { get; set; }

        protected override bool OnDmaWrite(LogicalAddress address, ReadOnlySpan<byte> source)
        {
            if (!Lies || source.Length < 4 || _random.Next(3) != 0) return base.OnDmaWrite(address, source);
            byte[] changed = source.ToArray();
            if (_random.Next(2) == 0) BinaryPrimitives.WriteUInt16LittleEndian(changed.AsSpan(2), (ushort)_random.Next(65_536));
            else BinaryPrimitives.WriteUInt16LittleEndian(changed, (ushort)_random.Next(65_536));
            return base.OnDmaWrite(address, changed);
        }

        protected override ulong OnRead(int bar, long offset, int size) =>
            Lies && offset == 0x3A && _random.Next(10) == 0 ? (ulong)_random.Next(65_536) : base.OnRead(bar, offset, size);
    }
}
