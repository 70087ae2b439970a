namespace DmaKit.Devices.Tests;

/// <summary>One card on a bench: registers by hand, memory from address 0, a clock that the test moves.</summary>
internal sealed class SoundBench
{
    public const uint Dac1Enable = 0x40, Dac2Enable = 0x20, AdcEnable = 0x10;
    public const ulong Ring = 0x1000;

    public SoundBench(Es1370Options? options = null, byte[]? captured = null)
    {
        Card = new Es1370Device(Dac1, Dac2, new MemorySoundSource(captured ?? []), options);
        Card.Attach(Port);
    }

    public TestPort Port { get; } = new();

    public MemorySoundSink Dac1 { get; } = new();

    public MemorySoundSink Dac2 { get; } = new();

    public Es1370Device Card { get; }

    public uint Read(long register) => (uint)Card.Read(0, register, 4);

    public void Write(long register, uint value) => Card.Write(0, register, 4, value);

    /// <summary>DAC2 at 44,100 Hz, stereo, 16 bits, as the data sheet's example starts it.</summary>
    public void StartDac2(int ringBytes, int period, uint serial = 0x20C)
    {
        Write(0x0C, 0xC);
        Write(0x38, (uint)Ring);
        Write(0x3C, (uint)(ringBytes / 4 - 1));
        Write(0x28, (uint)period - 1);
        Write(0x00, 30 << 16);
        Write(0x20, serial & ~0x200u);
        Write(0x20, serial);
        Write(0x00, (30 << 16) | Dac2Enable);
    }

    public int Position()
    {
        Write(0x0C, 0xC);
        return (int)(Read(0x3C) >> 16);
    }

    /// <summary>Fills the ring with bytes that tell their place.</summary>
    public byte[] Fill(int bytes)
    {
        var data = new byte[bytes];
        for (int i = 0; i < bytes; i++) data[i] = (byte)(i * 7 + i / 256 + 1);
        data.CopyTo(Port.At(Ring, bytes));
        return data;
    }
}
