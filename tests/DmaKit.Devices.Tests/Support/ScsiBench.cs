namespace DmaKit.Devices.Tests;

/// <summary>A disk and the least adapter that can run commands on it.</summary>
internal sealed class ScsiBench : IDisposable
{
    public ScsiBench(DiskImage image, ScsiDiskOptions? options = null, bool keepAttention = false)
    {
        Disk = new ScsiDisk(image, options);
        if (!keepAttention) Assert.Equal((6, 0x29, 0), Sense(new byte[6]));
    }

    public ScsiDisk Disk { get; }

    public static ScsiBench Memory(long blocks = 100) => new(new MemoryDiskImage(blocks * 512));

    public void Dispose() => Disk.Dispose();

    /// <summary>Runs a command that must succeed; returns what it read.</summary>
    public byte[] Good(byte[] cdb, byte[]? data = null, int unit = 0)
    {
        byte[] read = Run(cdb, data, unit);
        Assert.Equal(ScsiStatus.Good, Disk.Status);
        Assert.True(Disk.Sense.IsEmpty);
        return read;
    }

    /// <summary>Runs a command that must fail; returns key, code and qualifier.</summary>
    public (int Key, int Code, int Qualifier) Sense(byte[] cdb, byte[]? data = null, int unit = 0)
    {
        Run(cdb, data, unit);
        Assert.Equal(ScsiStatus.CheckCondition, Disk.Status);
        ReadOnlySpan<byte> sense = Disk.Sense;
        Assert.Equal(18, sense.Length);
        Assert.Equal((0x70, 10), (sense[0] & 0x7F, sense[7]));
        return (sense[2], sense[12], sense[13]);
    }

    /// <summary>The information field of the last sense data, or -1 when it is not valid.</summary>
    public long Information()
    {
        ReadOnlySpan<byte> sense = Disk.Sense;
        return (sense[0] & 0x80) == 0 ? -1 : (long)sense[3] << 24 | (long)sense[4] << 16 | (long)sense[5] << 8 | sense[6];
    }

    public byte[] Run(byte[] cdb, byte[]? data, int unit)
    {
        var read = new List<byte>();
        byte[] piece = new byte[4096];
        Disk.Decode(cdb, unit);
        Disk.Start();
        while (Disk.Work())
        {
        }

        int sent = 0;
        while (Disk.Remaining > 0)
        {
            if (Disk.Direction == ScsiDirection.ToDevice)
            {
                Assert.NotNull(data);
                int length = (int)Math.Min(piece.Length, Disk.Remaining);
                if (!Disk.Write(data.AsSpan(sent, length))) break;
                sent += length;
            }
            else
            {
                read.AddRange(piece.AsSpan(0, Disk.Read(piece)));
            }
        }

        Disk.Finish();
        return [.. read];
    }
}
