namespace DmaKit.Vfio.GuestTests;

/// <summary>The guest that eng/vfio-guest boots: where its devices are, and the folder of the build machine's in which their other ends show.</summary>
internal static class Guest
{
    internal const string Disks = "0000:00:03.0", ReadOnlyDisk = "0000:00:04.0", Card = "0000:00:05.0", Peer = "0000:00:06.0", Hearing = "0000:00:0a.0",
        Nvme = "0000:00:0b.0", Recorded = "0000:00:0c.0", Removable = "0000:01:00.0", Reporting = "0000:02:00.0";

    private const string Variable = "DMAKIT_VFIO_GUEST", BackEndVariable = "DMAKIT_VFIO_BACKEND";

    // All that a test takes is pinned and cleared by an emulated processor.
    private const long MemoryBytes = 64 << 20;

    /// <summary>Bound to uio_pci_generic behind an IOMMU that translates for the kernel.</summary>
    internal const string Translated = "0000:00:19.0";

    /// <summary>The edu device of the back end: uio has one of its own beside those of VFIO.</summary>
    internal static string Edu => BackEnd == VfioBackEnd.UnsafeUio ? "0000:00:18.0" : "0000:00:02.0";

    /// <summary>Whether an IOMMU stands between devices and memory.</summary>
    internal static bool Translates => BackEnd is not (VfioBackEnd.UnsafeUio or VfioBackEnd.UnsafeNoIommu);

    /// <summary>Which back end the tests of this run are for.</summary>
    internal static VfioBackEnd BackEnd => Enum.Parse<VfioBackEnd>(Environment.GetEnvironmentVariable(BackEndVariable) ?? nameof(VfioBackEnd.Automatic));

    /// <summary>Skips the test where the tests are root's, to whom no limit applies.</summary>
    internal static MemoryLock RequireLimit()
    {
        MemoryLock locks = MemoryLock.OfThisProcess();
        Assert.SkipUnless(locks.Limit is not null, "The tests are root's: this repository lies where only its owner may look.");
        return locks;
    }

    /// <summary>A file of the folder.</summary>
    internal static string File(string name) => Path.Combine(Environment.GetEnvironmentVariable(Variable) ?? "/", name);

    /// <summary>All bytes of a file of the folder that QEMU has open.</summary>
    internal static async Task<byte[]> ReadAsync(string name)
    {
        await using FileStream file = System.IO.File.Open(File(name), FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var bytes = new byte[file.Length];
        await file.ReadExactlyAsync(bytes);
        return bytes;
    }

    /// <summary>Tells QEMU's monitor something.</summary>
    internal static async Task TellMonitorAsync(string command)
    {
        await using var line = new FileStream("/dev/monitor", FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        await line.WriteAsync(System.Text.Encoding.ASCII.GetBytes(command + "\n"));
    }

    /// <summary>Skips the test outside the guest.</summary>
    internal static void Require() => Assert.SkipUnless(Environment.GetEnvironmentVariable(Variable) is not null, "These tests run in the guest that eng/vfio-guest boots.");

    /// <summary>Opens the platform for some of the functions, or skips the test outside the guest.</summary>
    internal static VfioPlatform Start(VfioPlatformOptions options, params string[] functions)
    {
        Require();
        return new VfioPlatform(options with { BackEnd = BackEnd, Functions = functions, MemoryBytes = Math.Min(options.MemoryBytes, MemoryBytes) });
    }
}
