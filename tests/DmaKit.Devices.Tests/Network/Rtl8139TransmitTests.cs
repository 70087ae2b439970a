namespace DmaKit.Devices.Tests;

public sealed class Rtl8139TransmitTests
{
    [Fact]
    public void Frames_go_out_whole_and_their_descriptors_come_back()
    {
        using var bench = new CardBench().Start();
        foreach (int length in (int[])[60, 1514, 1, 1792])
        {
            int descriptor = (int)(bench.Card.Counters.Commands % 4);
            byte[] frame = new byte[length];
            new Random(length).NextBytes(frame);
            bench.Send(descriptor, frame, 0x1001);
            Assert.Equal((uint)length, bench.Status(descriptor));
            bench.Port.RunTurns();
            Assert.Equal(CardBench.Own | CardBench.Tok | (uint)length, bench.Status(descriptor));
            Assert.Equal(frame, bench.FromCard());
            Assert.Equal(0x0004u, bench.Read(CardBench.Isr, 2));
        }
    }

    [Fact]
    public void Descriptors_are_taken_strictly_in_turn()
    {
        using var bench = new CardBench().Start();
        bench.Send(1, CardBench.Frame(61), 0x2000);
        bench.Send(2, CardBench.Frame(62), 0x3000);
        bench.Port.RunTurns();
        Assert.Null(bench.FromCard());
        Assert.Equal(61u, bench.Status(1));
        bench.Send(0, CardBench.Frame(60), 0x1000);
        bench.Port.RunTurns();
        Assert.Equal([60, 61, 62], Enumerable.Range(0, 3).Select(_ => bench.FromCard()!.Length));
        bench.Send(0, CardBench.Frame(64), 0x1000);
        bench.Port.RunTurns();
        Assert.Null(bench.FromCard());
        bench.Send(3, CardBench.Frame(63), 0x4000);
        bench.Port.RunTurns();
        Assert.Equal([63, 64], Enumerable.Range(0, 2).Select(_ => bench.FromCard()!.Length));
    }

    [Fact]
    public void Nothing_goes_out_while_the_transmitter_is_off_and_switching_it_on_begins_at_the_first()
    {
        using var bench = new CardBench();
        bench.Send(0, CardBench.Frame(60));
        bench.Port.RunTurns();
        Assert.Null(bench.FromCard());
        bench.Write(CardBench.Cr, 0x04, 1);
        bench.Port.RunTurns();
        Assert.Equal(60, bench.FromCard()!.Length);
        bench.Write(CardBench.Cr, 0x00, 1);
        bench.Write(CardBench.Cr, 0x04, 1);
        bench.Send(0, CardBench.Frame(70));
        bench.Port.RunTurns();
        Assert.Equal(70, bench.FromCard()!.Length);
    }

    [Fact]
    public void A_frame_waits_in_its_descriptor_while_the_wire_takes_none()
    {
        using var bench = new CardBench().Start();
        for (int i = 0; i < 64; i++)
        {
            bench.Send(i % 4, CardBench.Frame(60 + i));
            bench.Port.RunTurns();
        }

        bench.Send(0, CardBench.Frame(200));
        bench.Port.RunTurns();
        Assert.Equal(200u, bench.Status(0));
        Assert.Equal(60, bench.FromCard()!.Length);
        bench.Port.RunTurns();
        Assert.Equal(CardBench.Own | CardBench.Tok | 200, bench.Status(0));
        for (int i = 1; i < 64; i++) Assert.Equal(60 + i, bench.FromCard()!.Length);
        Assert.Equal(200, bench.FromCard()!.Length);
    }

    [Fact]
    public void The_wire_is_busy_with_a_frame_for_its_time()
    {
        using var bench = new CardBench(new Rtl8139Options { FrameTime = TimeSpan.FromMicroseconds(122) }).Start();
        for (int i = 0; i < 4; i++) bench.Send(i, CardBench.Frame(60 + i), 0x1000 + 0x1000 * (uint)i);
        bench.Port.Advance(TimeSpan.FromMicroseconds(121));
        Assert.Null(bench.FromCard());
        bench.Port.Advance(TimeSpan.FromMicroseconds(1));
        Assert.Equal(60, bench.FromCard()!.Length);
        Assert.Null(bench.FromCard());
        bench.Port.Advance(TimeSpan.FromMicroseconds(3 * 122));
        Assert.Equal([61, 62, 63], Enumerable.Range(0, 3).Select(_ => bench.FromCard()!.Length));
    }

    [Theory]
    [InlineData(TransmitFault.Underrun, CardBench.Tun, 0x0004u, true)]
    [InlineData(TransmitFault.UnderrunLost, CardBench.Tun, 0x0008u, false)]
    [InlineData(TransmitFault.CarrierLost, CardBench.Crs, 0x0008u, false)]
    public void Faults_show_in_the_status_and_the_next_frame_goes_out(TransmitFault fault, uint status, uint cause, bool arrives)
    {
        using var bench = new CardBench(new Rtl8139Options { Fault = n => n == 0 ? fault : TransmitFault.None }).Start();
        bench.Send(0, CardBench.Frame(60));
        bench.Port.RunTurns();
        Assert.Equal(CardBench.Own | status | 60, bench.Status(0));
        Assert.Equal(cause, bench.Read(CardBench.Isr, 2));
        Assert.Equal(arrives, bench.FromCard() is not null);
        bench.Send(1, CardBench.Frame(61));
        bench.Port.RunTurns();
        Assert.Equal(61, bench.FromCard()!.Length);
    }

    [Fact]
    public void An_abort_halts_the_transmitter_until_it_is_cleared_and_then_sends_again()
    {
        using var bench = new CardBench(new Rtl8139Options { Fault = n => n == 0 ? TransmitFault.Abort : TransmitFault.None }).Start();
        bench.Send(0, CardBench.Frame(60), 0x1000);
        bench.Send(1, CardBench.Frame(61), 0x2000);
        bench.Port.RunTurns();
        Assert.Equal(CardBench.Own | CardBench.Tabt | 60, bench.Status(0));
        Assert.Equal(61u, bench.Status(1));
        Assert.Equal(0x0008u, bench.Read(CardBench.Isr, 2));
        bench.Write(CardBench.Tcr, 0x0300_0601);
        bench.Port.RunTurns();
        Assert.Equal([60, 61], Enumerable.Range(0, 2).Select(_ => bench.FromCard()!.Length));
        Assert.Equal(CardBench.Own | CardBench.Tok | 60, bench.Status(0));
    }

    [Fact]
    public void Memory_that_is_refused_aborts_with_a_system_error()
    {
        using var bench = new CardBench().Start();
        bench.Port.Refused.Add(new LogicalRange(new LogicalAddress(0x1020), 1));
        bench.Send(0, CardBench.Frame(60));
        bench.Port.RunTurns();
        Assert.Equal(CardBench.Own | CardBench.Tabt | 60, bench.Status(0));
        Assert.Equal(0x8008u, bench.Read(CardBench.Isr, 2));
        bench.Port.Refused.Clear();
        bench.Write(CardBench.Tcr, 0x0300_0601);
        bench.Port.RunTurns();
        Assert.Equal(60, bench.FromCard()!.Length);
    }

    [Fact]
    public void Without_a_link_the_carrier_is_lost()
    {
        using var bench = new CardBench(plugged: false).Start();
        bench.Send(0, CardBench.Frame(60));
        bench.Port.RunTurns();
        Assert.Equal(CardBench.Own | CardBench.Crs | 60, bench.Status(0));
    }

    [Fact]
    public void In_loopback_a_card_receives_what_it_sends()
    {
        using var bench = new CardBench().Start();
        bench.Write(CardBench.Tcr, 0x0006_0000);
        bench.Send(0, CardBench.Frame(77));
        bench.Port.RunTurns();
        Assert.Null(bench.FromCard());
        Assert.Equal(81, bench.Record(0).Length);
    }

    [Fact]
    public void The_summary_shows_all_four_at_once()
    {
        using var bench = new CardBench(new Rtl8139Options { Fault = n => n == 1 ? TransmitFault.Underrun : n == 2 ? TransmitFault.Abort : TransmitFault.None }).Start();
        for (int i = 0; i < 4; i++) bench.Send(i, CardBench.Frame(60));
        bench.Port.RunTurns();
        Assert.Equal(0b0001_0010_0100_0111u, bench.Read(0x60, 2));
    }
}
