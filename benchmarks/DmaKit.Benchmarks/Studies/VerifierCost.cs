using System.Diagnostics;
using DmaKit.Devices;
using DmaKit.Drivers;
using DmaKit.Emulation;
using DmaKit.Platforms;
using DmaKit.Verification;
using ScsiDisk = DmaKit.Devices.ScsiDisk;

namespace DmaKit.Benchmarks;

/// <summary>What a verifier costs a read of 4 KiB on the emulated adapter, 32 in flight, all on one thread: without one, with one, and with call stacks too.</summary>
internal static class VerifierCost
{
    private const long ImageBytes = 64 << 20;
    private const double Must = 5;
    private const int Turns = 4;

    /// <summary>Runs it.</summary>
    /// <returns>False when a verifier without call stacks makes a command more than five times slower.</returns>
    public static bool Run(TextWriter writer, bool isShort)
    {
        double off = double.MaxValue, on = double.MaxValue, stacks = double.MaxValue;
        for (int i = 0; i < Turns; i++)
        {
            off = Math.Min(off, Read(null, isShort ? 200 : 2000));
            on = Math.Min(on, Read(new VerifierOptions { CallStacks = false }, isShort ? 50 : 500));
            stacks = Math.Min(stacks, Read(new VerifierOptions(), isShort ? 10 : 50));
        }

        writer.WriteLine();
        writer.WriteLine($"| disk: read of {DiskPath.Bytes} bytes, {DiskPath.Depth} in flight, one thread | ns a command | times |");
        writer.WriteLine("| --- | ---: | ---: |");
        writer.WriteLine($"| no verifier | {off:F0} | 1 |");
        writer.WriteLine($"| a verifier without call stacks; limit {Must:F0} times | {on:F0} | {on / off:F2} |");
        writer.WriteLine($"| a verifier with call stacks | {stacks:F0} | {stacks / off:F1} |");
        return on <= off * Must;
    }

    /// <summary>The least time of a round, for each of its commands, in nanoseconds.</summary>
    private static double Read(VerifierOptions? verifier, int rounds)
    {
        double least = double.MaxValue;
        var machine = new EmulatedPlatform(new() { MemoryBytes = 256 << 20, Stepped = true });
        if (verifier is not null) DmaVerifier.Attach(machine, verifier);
        string address = machine.Add(new FusionMptAdapter([new ScsiDisk(new MemoryDiskImage(ImageBytes))]));
        machine.Run(async () =>
        {
            PciFunction function = await machine.OpenAsync(address);
            await using FusionMptDriver driver = await FusionMptDriver.StartAsync(function);
            BlockDevice disk = await driver.OpenDiskAsync(0);
            using SystemBuffer buffer = machine.AllocateSystemBuffer(DiskPath.Depth * DiskPath.Bytes);
            var requests = new ValueTask[DiskPath.Depth];
            for (int i = 0; i < rounds * 2; i++)
            {
                long start = Stopwatch.GetTimestamp();
                for (int n = 0; n < requests.Length; n++) requests[n] = disk.ReadAsync(n * (long)DiskPath.Bytes, buffer.Memory(n * DiskPath.Bytes, DiskPath.Bytes));
                for (int n = requests.Length - 1; n >= 0; n--) await requests[n];
                double time = Stopwatch.GetElapsedTime(start).TotalNanoseconds / DiskPath.Depth;
                if (i >= rounds) least = Math.Min(least, time);
            }
        });
        machine.DisposeAsync().AsTask().GetAwaiter().GetResult();
        return least;
    }
}
