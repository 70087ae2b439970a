using System.Buffers.Binary;

namespace DmaKit.Devices.Tests;

/// <summary>A network card on a bench: registers by name, frames through a port whose other end is the test.</summary>
internal sealed class CardBench : IDisposable
{
    public const int Tsd = 0x10, Tsad = 0x20, Rbstart = 0x30, Cr = 0x37, Capr = 0x38, Cbr = 0x3A, Imr = 0x3C, Isr = 0x3E, Tcr = 0x40, Rcr = 0x44, Mpc = 0x4C;
    public const uint Own = 0x2000, Tun = 0x4000, Tok = 0x8000, Tabt = 0x4000_0000, Crs = 0x8000_0000;
    public const int Ring = 0x10000;

    public CardBench(Rtl8139Options? options = null, bool waits = true, bool plugged = true)
    {
        Wire = new ProgramPort { WaitsForRoom = waits };
        Card = new Rtl8139Device(plugged ? Wire : null, options);
        Card.Attach(Port);
    }

    public TestPort Port { get; } = new();

    public ProgramPort Wire { get; }

    public Rtl8139Device Card { get; }

    public static byte[] Frame(int length, byte fill = 0x5A) => [.. Enumerable.Repeat((byte)0xFF, Math.Min(6, length)), .. Enumerable.Repeat(fill, Math.Max(0, length - 6))];

    public uint Read(int offset, int size = 4, int bar = 1) => (uint)Card.Read(bar, offset, size);

    public void Write(int offset, uint value, int size = 4, int bar = 1) => Card.Write(bar, offset, size, value);

    /// <summary>As a driver does it: ring, both engines on, filters, all interrupts.</summary>
    public CardBench Start(uint rcr = 0x8F, int imr = 0xE07F)
    {
        Write(Cr, 0x10, 1);
        Write(Rbstart, Ring);
        Write(Cr, 0x0C, 1);
        Write(Rcr, rcr);
        Write(Imr, (uint)imr, 2);
        Port.RunTurns();
        return this;
    }

    /// <summary>Puts a frame into memory and hands its descriptor over.</summary>
    public void Send(int descriptor, byte[] frame, uint address = 0x1000)
    {
        frame.CopyTo(Port.At(address, frame.Length));
        Write(Tsad + 4 * descriptor, address);
        Write(Tsd + 4 * descriptor, (uint)frame.Length);
    }

    public uint Status(int descriptor) => Read(Tsd + 4 * descriptor);

    public byte[]? FromCard()
    {
        byte[] buffer = new byte[9000];
        return Wire.TryReceiveFromCard(buffer, out int length) ? buffer[..length] : null;
    }

    public void ToCard(byte[] frame)
    {
        Assert.True(Wire.TrySendToCard(frame));
        Port.RunTurns();
    }

    /// <summary>The record at a place in the ring: status, length with checksum, and that many bytes.</summary>
    public (ushort Status, int Length, byte[] Bytes) Record(int at)
    {
        Span<byte> header = Port.At((ulong)(Ring + at), 4);
        int length = BinaryPrimitives.ReadUInt16LittleEndian(header[2..]);
        return (BinaryPrimitives.ReadUInt16LittleEndian(header), length, Port.At((ulong)(Ring + at + 4), length).ToArray());
    }

    public void Dispose() => Card.Dispose();
}
