using System.Buffers.Binary;

namespace DmaKit.Devices.Tests;

/// <summary>An adapter with disks, brought up by hand. The offsets here are literals on purpose: they are the test of the model's.</summary>
internal sealed class FusionBench : IDisposable
{
    public const ulong Frames = 0x1000;
    public const ulong ReplyFrames = 0x20000;
    public const ulong SenseBuffer = 0x30000;
    public const ulong Chains = 0x38000;
    public const ulong Data = 0x40000;

    public FusionBench(FusionMptOptions? options = null, ulong high = 0, int memory = 4 << 20, params ScsiDisk?[] disks)
    {
        Port = new TestPort(memory, high << 32);
        Adapter = new FusionMptAdapter(disks, options);
        Adapter.Attach(Port);
        High = high;
    }

    public TestPort Port { get; }

    public FusionMptAdapter Adapter { get; }

    public ulong High { get; }

    public ulong Base => High << 32;

    public static FusionBench Ready(long blocks = 2048, FusionMptOptions? options = null, int replyFrames = 8)
    {
        var bench = new FusionBench(options, disks: [new ScsiDisk(new MemoryDiskImage(blocks * 512))]);
        bench.BringUp(replyFrames);
        bench.ClearAttention(0);
        return bench;
    }

    public void Dispose() => Adapter.Dispose();

    public uint Read(long offset) => (uint)Adapter.Read(1, offset, 4);

    public void Write(long offset, uint value) => Adapter.Write(1, offset, 4, value);

    public void BringUp(int replyFrames = 8)
    {
        Assert.Equal(0, Init()[0x0E]);
        for (int i = 0; i < replyFrames; i++) Write(0x44, (uint)(ReplyFrames + (ulong)(i * 128)));
        Write(0x34, 0);
    }

    public byte[] Init()
    {
        byte[] init = new byte[44];
        init[0] = 4;
        init[3] = 2;
        init[5] = 8;
        init[6] = 1;
        Put(init, 8, 0xABCD);
        init[0x0C] = 128;
        Put(init, 0x10, (uint)High);
        Put(init, 0x14, (uint)High);
        return Handshake(init);
    }

    /// <summary>Sends a message through the doorbell, halfword by halfword back, as a driver does.</summary>
    public byte[] Handshake(byte[] message)
    {
        Write(0x30, 0);
        Write(0x00, 0x42000000 | (uint)(message.Length / 4) << 16);
        Assert.Equal(1u, Read(0x30) & 1);
        Write(0x30, 0);
        for (int i = 0; i < message.Length; i += 4) Write(0x00, BinaryPrimitives.ReadUInt32LittleEndian(message.AsSpan(i)));

        var reply = new List<byte>();
        int length = 4;
        while (reply.Count < length)
        {
            Assert.Equal(1u, Read(0x30) & 1);
            uint value = Read(0x00);
            Assert.NotEqual(0u, value & (1u << 27));
            reply.Add((byte)value);
            reply.Add((byte)(value >> 8));
            Write(0x30, 0);
            if (reply.Count == 4) length = reply[2] * 4;
        }

        Assert.Equal(1u, Read(0x30) & 1);
        Write(0x30, 0);
        Assert.Equal(0u, Read(0x30) & 1);
        Assert.Equal(0u, Read(0x00) & (1u << 27));
        return [.. reply];
    }

    public static byte[] ScsiIo(byte[] cdb, uint context, uint dataLength, uint control, byte target = 0, byte lun = 0, byte sense = 18)
    {
        byte[] frame = new byte[512];
        frame[0] = target;
        frame[4] = (byte)cdb.Length;
        frame[5] = sense;
        Put(frame, 8, context);
        frame[0x0D] = lun;
        Put(frame, 0x14, control);
        cdb.CopyTo(frame, 0x18);
        Put(frame, 0x28, dataLength);
        Put(frame, 0x2C, (uint)SenseBuffer);
        Put(frame, 0x30, 0xD1000000 | dataLength);
        Put(frame, 0x34, (uint)Data);
        return frame;
    }

    public static byte[] Cdb10(byte opcode, uint lba, ushort blocks)
    {
        byte[] cdb = new byte[10];
        cdb[0] = opcode;
        BinaryPrimitives.WriteUInt32BigEndian(cdb.AsSpan(2), lba);
        BinaryPrimitives.WriteUInt16BigEndian(cdb.AsSpan(7), blocks);
        return cdb;
    }

    public static byte[] ReadBlocks(uint context, uint lba, ushort blocks) =>
        ScsiIo(Cdb10(0x28, lba, blocks), context, blocks * 512u, 0x02000000);

    public static byte[] WriteBlocks(uint context, uint lba, ushort blocks) =>
        ScsiIo(Cdb10(0x2A, lba, blocks), context, blocks * 512u, 0x01000000);

    public static byte[] TestUnitReady(uint context, byte target = 0) => ScsiIo(new byte[6], context, 0, 0, target);

    public static byte[] TaskManagement(byte type, uint context, uint taskContext, byte target = 0)
    {
        byte[] frame = new byte[52];
        frame[0] = target;
        frame[3] = 1;
        frame[5] = type;
        Put(frame, 8, context);
        Put(frame, 0x30, taskContext);
        return frame;
    }

    public void Post(byte[] frame, int slot = 0)
    {
        ulong low = Frames + (ulong)(slot * 512);
        frame.CopyTo(Port.At(Base + low, frame.Length));
        Write(0x40, (uint)low);
    }

    /// <summary>Posts, gives turns, and expects one reply.</summary>
    public uint Run(byte[] frame)
    {
        Post(frame);
        Port.RunTurns();
        uint reply = Read(0x44);
        Assert.NotEqual(uint.MaxValue, reply);
        return reply;
    }

    /// <summary>Takes an address reply, gives its frame back, and returns its bytes.</summary>
    public byte[] ReplyFrame(uint reply)
    {
        Assert.NotEqual(uint.MaxValue, reply);
        Assert.NotEqual(0u, reply & 0x80000000);
        uint low = reply << 1;
        byte[] bytes = Port.At(Base + low, 128).ToArray();
        Write(0x44, low);
        return bytes;
    }

    public byte[] RunForFrame(byte[] frame) => ReplyFrame(Run(frame));

    public void ClearAttention(byte target)
    {
        byte[] reply = RunForFrame(TestUnitReady(1, target));
        Assert.Equal(2, reply[0x0C]);
        Assert.Equal(uint.MaxValue, Read(0x44));
    }

    public (int Key, int Code) Sense()
    {
        Span<byte> sense = Port.At(Base + SenseBuffer, 18);
        return (sense[2], sense[12]);
    }

    public static void Put(byte[] bytes, int offset, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(offset), value);

    public static uint Get(byte[] bytes, int offset) => BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(offset));

    public static int Get16(byte[] bytes, int offset) => BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(offset));
}
