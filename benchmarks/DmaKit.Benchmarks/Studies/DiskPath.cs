using System.Diagnostics;
using System.Text.Json;
using DmaKit.Devices;
using DmaKit.Drivers;
using DmaKit.Emulation;
using DmaKit.Platforms;
using ScsiDisk = DmaKit.Devices.ScsiDisk;

namespace DmaKit.Benchmarks;

/// <summary>
/// Where the time of a read of 4 KiB goes on the emulated adapter, 32 in flight: split on a machine that runs on one thread, and as a whole, with locks
/// and processor time counted, on one that runs by itself.
/// </summary>
internal static class DiskPath
{
    public const int Depth = 32;
    public const int Bytes = 4096;

    private const string Output = "artifacts/benchmarks/disk.json";
    private const long ImageBytes = 64 << 20;
    private const double Must = 400;
    private const int Tries = 3;
    private const int Turns = 6;

    /// <summary>Runs it.</summary>
    /// <returns>False when the driver takes longer than it may.</returns>
    public static bool Run(TextWriter writer, bool isShort)
    {
        (Dictionary<DiskPart, double> parts, double whole, double look, long contendedAlone) = Split(isShort ? 600 : 6000);
        for (int i = 1; i < Tries && DriverOf(parts) > Must; i++)
        {
            (Dictionary<DiskPart, double> Parts, double, double, long) again = Split(isShort ? 600 : 6000);
            if (DriverOf(again.Parts) < DriverOf(parts)) (parts, whole, look, contendedAlone) = again;
        }

        (double perSecond, double processor, long contended) = Free(TimeSpan.FromSeconds(isShort ? 1 : 5));
        double driver = DriverOf(parts);
        writer.WriteLine();
        writer.WriteLine($"| disk: read of {Bytes} bytes, {Depth} in flight, one thread | ns a command |");
        writer.WriteLine("| --- | ---: |");
        foreach ((DiskPart part, double time) in parts) writer.WriteLine($"| {part.ToString().ToLowerInvariant()} | {time:F0} |");
        writer.WriteLine($"| driver and core: all but machine and device; limit {Must:F0} | {driver:F0} |");
        writer.WriteLine($"| all of it, with nobody watching; {contendedAlone} locks contended | {whole:F0} |");
        writer.WriteLine($"| a look at the clock, taken off for each | {look:F1} |");
        writer.WriteLine();
        writer.WriteLine($"disk on a machine that runs by itself: {perSecond:N0} commands/s, {processor:F2} us of processor time a command on all threads, {contended} times a lock was contended.");
        Directory.CreateDirectory(Path.GetDirectoryName(Output)!);
        using FileStream stream = File.Create(Output);
        using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        foreach ((DiskPart part, double time) in parts) json.WriteNumber(part.ToString().ToLowerInvariant() + "Ns", Math.Round(time, 1));
        json.WriteNumber("wholeNs", Math.Round(whole, 1));
        json.WriteNumber("driverNs", Math.Round(driver, 1));
        json.WriteNumber("commandsPerSecond", Math.Round(perSecond));
        json.WriteNumber("processorMicroseconds", Math.Round(processor, 3));
        json.WriteNumber("lookNs", Math.Round(look, 1));
        json.WriteNumber("contendedAlone", contendedAlone);
        json.WriteNumber("contended", contended);
        json.WriteNumber("driverMustNs", Must);
        json.WriteEndObject();
        return driver <= Must && contendedAlone == 0;
    }

    private static double DriverOf(Dictionary<DiskPart, double> parts) => parts.Where(p => p.Key is not (DiskPart.Device or DiskPart.Machine)).Sum(p => p.Value);

    /// <summary>
    /// Reads so many rounds, each of as many commands as are in flight: with the clock and with nobody watching, in turns. The least round of each counts.
    /// What watching costs is what the one takes longer than the other, and each look at the clock has an equal share in it.
    /// </summary>
    private static (Dictionary<DiskPart, double> Parts, double Whole, double Look, long Contended) Split(int rounds)
    {
        var clock = new DiskClock();
        double whole = double.MaxValue;
        double watched = double.MaxValue;
        long contended = 0;
        for (int i = 0; i < Turns; i++)
        {
            int warm = i == 0 ? 2000 : 300;
            long before = Monitor.LockContentionCount;
            On(null, warm, rounds / Turns, time => whole = Math.Min(whole, time));
            contended += Monitor.LockContentionCount - before;
            On(clock, warm, rounds / Turns, time =>
            {
                if (time >= watched) return;
                watched = time;
                clock.Keep();
            });
        }

        double look = Math.Max(0, (watched - whole) / clock.KeptLooks);
        Dictionary<DiskPart, double> parts = Enum.GetValues<DiskPart>().ToDictionary(p => p, p => clock.Nanoseconds(p, look) / Depth);
        return (parts, whole / Depth, look, contended);
    }

    /// <summary>Reads on a machine of its own that runs on one thread.</summary>
    /// <param name="clock">Who watches; null for nobody.</param>
    /// <param name="warm">Rounds before those that count.</param>
    /// <param name="rounds">Rounds that count.</param>
    /// <param name="note">Is told of each, with its nanoseconds.</param>
    private static void On(DiskClock? clock, int warm, int rounds, Action<double> note)
    {
        var emulated = new EmulatedPlatform(new() { MemoryBytes = 256 << 20, Stepped = true });
        var adapter = new FusionMptAdapter([new ScsiDisk(new MemoryDiskImage(ImageBytes))]);
        string address = emulated.Add(clock is null ? adapter : new TimedDevice(adapter, clock));
        DmaPlatform machine = clock is null ? emulated : new TimedMachine(emulated, clock);
        emulated.Run(async () =>
        {
            PciFunction function = await machine.OpenAsync(address);
            await using FusionMptDriver driver = await FusionMptDriver.StartAsync(function);
            BlockDevice disk = await driver.OpenDiskAsync(0);
            using SystemBuffer buffer = machine.AllocateSystemBuffer(Depth * Bytes);
            var requests = new ValueTask[Depth];
            foreach (DmaPlatform watched in clock is null ? [] : new[] { machine, emulated }) watched.AddObserver(clock!);
            for (int i = 0; i < warm + rounds; i++)
            {
                if (clock is not null) clock.IsOn = true;
                clock?.Start();
                long start = Stopwatch.GetTimestamp();
                await RoundAsync();
                double time = Stopwatch.GetElapsedTime(start).TotalNanoseconds;
                clock?.Mark(DiskPart.Completion);
                if (clock is not null) clock.IsOn = false;
                if (i >= warm) note(time);
            }

            foreach (DmaPlatform watched in clock is null ? [] : new[] { machine, emulated }) watched.RemoveObserver(clock!);

            async ValueTask RoundAsync()
            {
                for (int i = 0; i < Depth; i++)
                {
                    requests[i] = disk.ReadAsync(i * (long)Bytes, buffer.Memory(i * Bytes, Bytes));
                    clock?.Mark(DiskPart.Doorbell);
                }

                // The last first: the others are done by then, so that the caller's own waiting is no part of what is measured.
                for (int i = Depth - 1; i >= 0; i--) await requests[i];
            }
        });
        emulated.Run(async () => await machine.DisposeAsync());
    }

    /// <summary>The same on threads of the machine's own, for a while.</summary>
    private static (double PerSecond, double Processor, long Contended) Free(TimeSpan time)
    {
        return RunAsync().GetAwaiter().GetResult();

        async Task<(double PerSecond, double Processor, long Contended)> RunAsync()
        {
            await using var machine = new EmulatedPlatform(new() { MemoryBytes = 256 << 20 });
            string address = machine.Add(new FusionMptAdapter([new ScsiDisk(new MemoryDiskImage(ImageBytes))]));
            await using PciFunction function = await machine.OpenAsync(address);
            await using FusionMptDriver driver = await FusionMptDriver.StartAsync(function);
            BlockDevice disk = await driver.OpenDiskAsync(0);
            await DiskLoad.RunAsync(machine, disk, TimeSpan.FromSeconds(1));
            long contended = Monitor.LockContentionCount;
            TimeSpan used = Environment.CpuUsage.TotalTime;
            double perSecond = await DiskLoad.RunAsync(machine, disk, time);
            TimeSpan spent = Environment.CpuUsage.TotalTime - used;
            return (perSecond, spent.TotalMicroseconds / (perSecond * time.TotalSeconds), Monitor.LockContentionCount - contended);
        }
    }
}
