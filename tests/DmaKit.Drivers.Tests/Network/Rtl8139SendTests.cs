using DmaKit.Devices;
using DmaKit.Emulation;
using DmaKit.Platforms;

namespace DmaKit.Drivers.Tests;

/// <summary>What becomes of frames when the wire, the card or the caller do not do as they should.</summary>
public sealed class Rtl8139SendTests
{
    [Theory]
    [InlineData(TransmitFault.Underrun, TransmitStatus.Sent)]
    [InlineData(TransmitFault.UnderrunLost, TransmitStatus.Underrun)]
    [InlineData(TransmitFault.CarrierLost, TransmitStatus.NoCarrier)]
    public async Task N1_A_frame_that_fails_says_how_and_the_next_one_goes_out(TransmitFault fault, TransmitStatus expected)
    {
        var wire = new ProgramPort();
        await using var machine = new NetworkMachine(NetworkMachine.Stepped, new Rtl8139Device(wire, new Rtl8139Options { Fault = n => n == 1 ? fault : TransmitFault.None }));
        await machine.RunAsync(async cards =>
        {
            Assert.Equal(TransmitStatus.Sent, await cards[0].SendAsync(new byte[60]));
            Assert.Equal(expected, await cards[0].SendAsync(new byte[61]));
            Assert.Equal(TransmitStatus.Sent, await cards[0].SendAsync(new byte[62]));
            Assert.Equal(expected == TransmitStatus.Sent ? [60, 61, 62] : [60, 62], Lengths(wire));
            Assert.Equal(expected == TransmitStatus.Sent ? 0 : 1, cards[0].Statistics.SendFailures);
        });
        machine.AssertClean();
    }

    [Fact]
    public async Task N1_An_aborted_frame_is_sent_again()
    {
        var wire = new ProgramPort();
        await using var machine = new NetworkMachine(NetworkMachine.Stepped, new Rtl8139Device(wire, new Rtl8139Options { Fault = n => n is 1 or 2 ? TransmitFault.Abort : TransmitFault.None }));
        await machine.RunAsync(async cards =>
        {
            Task<TransmitStatus>[] sending = [.. Enumerable.Range(60, 8).Select(n => cards[0].SendAsync(new byte[n]).AsTask())];
            Assert.All(await Task.WhenAll(sending), s => Assert.Equal(TransmitStatus.Sent, s));
            Assert.Equal(Enumerable.Range(60, 8), Lengths(wire));
            Assert.Equal((2, 0), (cards[0].Statistics.SendRetries, cards[0].Statistics.CardResets));
        });
        machine.AssertClean();
    }

    [Fact]
    public async Task N1_A_frame_that_is_aborted_too_often_is_given_up_and_the_others_go_out()
    {
        var wire = new ProgramPort();
        await using var machine = new NetworkMachine(NetworkMachine.Stepped, new Rtl8139Device(wire, new Rtl8139Options { Fault = n => n is >= 1 and <= 4 ? TransmitFault.Abort : TransmitFault.None }));
        await machine.RunAsync(async cards =>
        {
            Task<TransmitStatus>[] sending = [.. Enumerable.Range(60, 8).Select(n => cards[0].SendAsync(new byte[n]).AsTask())];
            TransmitStatus[] statuses = await Task.WhenAll(sending);
            Assert.Equal([TransmitStatus.Sent, TransmitStatus.Aborted, .. Enumerable.Repeat(TransmitStatus.Sent, 6)], statuses);
            Assert.Equal([60, 62, 63, 64, 65, 66, 67], Lengths(wire));
            Assert.Equal((3, 1), (cards[0].Statistics.SendRetries, cards[0].Statistics.CardResets));
        });
        machine.AssertClean();
    }

    [Fact]
    public async Task N1_A_card_that_hangs_is_reset_and_the_others_go_out_in_order()
    {
        var wire = new ProgramPort();
        await using var machine = new NetworkMachine(NetworkMachine.Stepped, new Rtl8139Device(wire, new Rtl8139Options { Fault = n => n == 2 ? TransmitFault.Hang : TransmitFault.None }));
        await machine.RunAsync(async cards =>
        {
            Task<TransmitStatus>[] sending = [.. Enumerable.Range(60, 4).Select(n => cards[0].SendAsync(new byte[n]).AsTask())];
            TransmitStatus[] statuses = await Task.WhenAll(sending);
            Assert.Contains(TransmitStatus.TimedOut, statuses);
            Assert.True(cards[0].Statistics.CardResets >= 1);
            Assert.Equal(TransmitStatus.Sent, await cards[0].SendAsync(new byte[99]));
            Assert.Equal(99, Lengths(wire)[^1]);
        });
        machine.AssertClean();
    }

    [Fact]
    public async Task N1_What_the_card_has_sent_is_not_sent_again_however_late_its_interrupt_is()
    {
        var wire = new ProgramPort();
        var card = new MutedCard(new Rtl8139Device(wire));
        await using var machine = new NetworkMachine(NetworkMachine.Stepped, card);
        await machine.RunAsync(async cards =>
        {
            // No interrupt comes within the time limit of the frames: a driver that resets the card then, and hands over again what it has not heard of, sends frames twice.
            card.Muted = true;
            Task<TransmitStatus>[] sending = [.. Enumerable.Range(60, 4).Select(n => cards[0].SendAsync(new byte[n]).AsTask())];
            Assert.All(await Task.WhenAll(sending), s => Assert.Equal(TransmitStatus.TimedOut, s));
            Assert.Equal([60, 61, 62, 63], Lengths(wire));
            Assert.Equal((4, 0), (cards[0].Statistics.Sent, cards[0].Statistics.CardResets));
        });
        machine.AssertClean();
    }

    [Fact]
    public async Task C4_A_frame_that_lies_where_the_card_reads_it_keeps_its_caller_until_the_card_let_go()
    {
        var wire = new ProgramPort(capacity: 1);
        await using var machine = new NetworkMachine(NetworkMachine.Stepped, new Rtl8139Device(wire));
        await machine.RunAsync(async cards =>
        {
            using SystemBuffer buffer = machine.Platform.AllocateSystemBuffer(4096);
            Assert.Equal(TransmitStatus.Sent, await cards[0].SendAsync(buffer.Memory(0, 60)));

            // The wire has no room: the frame stays in the card.
            using var cancellation = new CancellationTokenSource();
            ValueTask<TransmitStatus> stuck = cards[0].SendAsync(buffer.Memory(0, 61), cancellation.Token);
            cancellation.Cancel();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => stuck.AsTask());
            Assert.Equal(1, cards[0].Statistics.CardResets);
            Assert.Equal([60], Lengths(wire));
            Assert.Equal(TransmitStatus.Sent, await cards[0].SendAsync(buffer.Memory(0, 62)));
            Assert.Equal([62], Lengths(wire));
        });
        machine.AssertClean();
    }

    [Fact]
    public async Task N1_Memory_that_the_card_is_refused_is_a_bus_error()
    {
        var wire = new ProgramPort();
        await using var machine = new NetworkMachine(NetworkMachine.Stepped, new DeafReader(new Rtl8139Device(wire), refused: 2));
        await machine.RunAsync(async cards =>
        {
            Assert.Equal(TransmitStatus.Sent, await cards[0].SendAsync(new byte[60]));
            Assert.Equal(TransmitStatus.BusError, await cards[0].SendAsync(new byte[61]));
            Assert.Equal(TransmitStatus.Sent, await cards[0].SendAsync(new byte[62]));
            Assert.Equal([60, 62], Lengths(wire));
        });
        machine.AssertClean();
    }

    [Fact]
    public async Task N1_Short_frames_are_filled_up_with_zeros_unless_told_not_to()
    {
        var wire = new ProgramPort();
        await using var machine = new NetworkMachine(NetworkMachine.Stepped, new Rtl8139Device(wire));
        await machine.RunAsync(async cards =>
        {
            byte[] frame = [1, 2, 3];
            Assert.Equal(TransmitStatus.Sent, await cards[0].SendAsync(frame));
            byte[] came = new byte[100];
            Assert.True(wire.TryReceiveFromCard(came, out int length));
            Assert.Equal([1, 2, 3, .. new byte[57]], came[..length]);
            Assert.Equal(0, cards[0].Adapter.Domain.Mappings.Mapped);
        });
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1793)]
    public async Task E1_A_frame_that_the_card_does_not_send_is_refused_with_the_legal_range(int length)
    {
        await using var machine = new NetworkMachine(NetworkMachine.Stepped, new Rtl8139Device(new ProgramPort()));
        await machine.RunAsync(async cards =>
        {
            ArgumentOutOfRangeException error = await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await cards[0].SendAsync(new byte[length]));
            Assert.Contains("the card sends 1 to 1792", error.Message, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task N1_Closing_ends_what_is_under_way()
    {
        var wire = new ProgramPort(capacity: 1);
        await using var machine = new NetworkMachine(NetworkMachine.Stepped, new Rtl8139Device(wire));
        await machine.RunAsync(async cards =>
        {
            Task<TransmitStatus>[] sending = [.. Enumerable.Range(0, 40).Select(_ => cards[0].SendAsync(new byte[60]).AsTask())];
            Task<int> receiving = cards[0].ReceiveAsync(new byte[100]).AsTask();
            Assert.Equal(TransmitStatus.Sent, await sending[0]);
            await cards[0].DisposeAsync();
            foreach (Task<TransmitStatus> one in sending.Skip(1))
            {
                try
                {
                    Assert.Equal(TransmitStatus.Closed, await one);
                }
                catch (ObjectDisposedException)
                {
                    // It had not been handed to the card.
                }
            }

            await Assert.ThrowsAsync<ObjectDisposedException>(() => receiving);
            await Assert.ThrowsAsync<ObjectDisposedException>(async () => await cards[0].SendAsync(new byte[60]));
        });
        machine.AssertClean();
    }

    [Fact]
    public async Task N1_A_card_that_is_pulled_out_ends_everything()
    {
        var wire = new ProgramPort(capacity: 1);
        await using var machine = new NetworkMachine(NetworkMachine.Stepped, new Rtl8139Device(wire));
        await machine.RunAsync(async cards =>
        {
            Assert.Equal(TransmitStatus.Sent, await cards[0].SendAsync(new byte[60]));
            Task<TransmitStatus> stuck = cards[0].SendAsync(new byte[61]).AsTask();
            machine.Platform.Remove(machine.Functions[0].Info.Address);
            Assert.Equal(TransmitStatus.DeviceLost, await stuck);
            Assert.Equal(TransmitStatus.DeviceLost, await cards[0].SendAsync(new byte[61]));
        });
    }

    private static List<int> Lengths(ProgramPort wire)
    {
        var lengths = new List<int>();
        byte[] buffer = new byte[2048];
        while (wire.TryReceiveFromCard(buffer, out int length)) lengths.Add(length);
        return lengths;
    }

    /// <summary>Interrupts that nobody hears.</summary>
    private sealed class MutedCard(DeviceModel inner) : DeviceInterposer(inner)
    {
        public bool Muted { get; set; }

        protected override void OnInterrupt(int vector, bool asserted)
        {
            if (!Muted) base.OnInterrupt(vector, asserted);
        }
    }

    /// <summary>The platform refuses the card one of its reads.</summary>
    private sealed class DeafReader(DeviceModel inner, int refused) : DeviceInterposer(inner)
    {
        private int _reads;

        protected override bool OnDmaRead(LogicalAddress address, Span<byte> destination) => ++_reads != refused && base.OnDmaRead(address, destination);
    }
}
