namespace DmaKit.Devices.Tests;

public sealed class FusionFuzzTests
{
    private static readonly long[] Registers = [0x00, 0x04, 0x08, 0x30, 0x34, 0x40, 0x44, 0x48, 0x3FFC];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Random_registers_and_garbage_memory_never_throw_and_never_hang(int seed)
    {
        var random = new Random(seed);
        ScsiDisk?[] disks = [new(new MemoryDiskImage(1 << 20)), null, new(new MemoryDiskImage(100)), new(new MemoryDiskImage(1 << 20, isReadOnly: true))];
        using var bench = new FusionBench(disks: disks);
        try
        {
            for (int round = 0; round < 3_000; round++) Round(random, bench);
        }
        catch (Exception e)
        {
            Assert.Fail($"Seed {seed}: {e}");
        }

        Assert.True(bench.Adapter.Counters.Commands > 0, $"Seed {seed}: no command ran.");
    }

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    public void Requests_with_random_bytes_are_answered_or_a_fault(int seed)
    {
        var random = new Random(seed);
        using FusionBench bench = FusionBench.Ready(blocks: 128, replyFrames: 16);
        try
        {
            for (int i = 0; i < 4_000; i++) Mutated(random, bench);
        }
        catch (Exception e)
        {
            Assert.Fail($"Seed {seed}: {e}");
        }
    }

    /// <summary>A legal command of which a few bytes are replaced: what a driver's small mistakes look like.</summary>
    private static void Mutated(Random random, FusionBench bench)
    {
        byte[] frame = random.Next(4) switch
        {
            0 => FusionBench.ReadBlocks(7, (uint)random.Next(140), (ushort)random.Next(8)),
            1 => FusionBench.WriteBlocks(7, (uint)random.Next(140), (ushort)random.Next(8)),
            2 => FusionBench.TaskManagement((byte)random.Next(9), 7, 7),
            _ => FusionBench.ScsiIo([(byte)random.Next(256), (byte)random.Next(256), 0, 0, 36, 0], 7, 36, 0x02000000),
        };
        for (int changes = random.Next(4); changes > 0; changes--) frame[random.Next(Math.Min(0x48, frame.Length))] = (byte)random.Next(256);

        long before = bench.Adapter.Counters.Doorbells;
        bench.Post(frame);
        bench.Port.RunTurns(20_000);
        Assert.Equal(before + 1, bench.Adapter.Counters.Doorbells);
        uint reply = bench.Read(0x44);
        if (bench.Read(0) >> 28 == 4)
        {
            bench.Write(0, 0x40000000);
            bench.BringUp(16);
            return;
        }

        Assert.NotEqual(uint.MaxValue, reply);
        if ((reply & 0x80000000) != 0) bench.Write(0x44, reply << 1);
        Assert.Equal(uint.MaxValue, bench.Read(0x44));
    }

    private static void Round(Random random, FusionBench bench)
    {
        switch (random.Next(8))
        {
            case 0:
                random.NextBytes(bench.Port.At(FusionBench.Frames, 4096));
                break;
            case 1:
                bench.Post(FusionBench.ReadBlocks((uint)random.Next(), (uint)random.Next(3000), (ushort)random.Next(100)), random.Next(8));
                break;
            case 2:
                bench.Port.RunTurns(500_000);
                break;
            case 3:
                bench.Adapter.Reset();
                if (random.Next(4) != 0) bench.BringUp(random.Next(20));
                break;
            case 4:
                bench.Write(0x40, (uint)FusionBench.Frames + (uint)random.Next(4096));
                break;
            default:
                long offset = Registers[random.Next(Registers.Length)];
                if (random.Next(2) == 0) bench.Adapter.Read(random.Next(4), offset, 1 << random.Next(4));
                else bench.Adapter.Write(random.Next(4), offset, 4, (ulong)random.NextInt64());
                break;
        }
    }
}
