using DmaKit.Qemu;
using DmaKit.Vfio;

namespace DmaKit.Cli;

/// <summary>Whether a platform works on this machine.</summary>
/// <param name="Platform">Which one.</param>
/// <param name="Problem">What is in the way; null when it works.</param>
/// <param name="Remedy">The one command that mends it; null when it works.</param>
internal sealed record PlatformHealth(PlatformKind Platform, string? Problem, string? Remedy)
{
    private const string Reinstall = "sudo apt-get install --reinstall qemu-system-x86";

    // Less than map registers and one driver's buffers take.
    private const long EnoughLocked = 16 << 20;

    /// <summary>Whether it works.</summary>
    internal bool Works => Problem is null;

    /// <summary>In which of the kernel's ways this machine's devices would be opened; null for other platforms, and where none can be.</summary>
    internal VfioBackEnd? BackEnd { get; private init; }

    /// <summary>The machine's huge pages, which its own devices' common buffers lie in as far as there are some; null for other platforms.</summary>
    internal HugePages? HugePages { get; private init; }

    /// <summary>Finds out by starting it; of this machine's own devices, by looking.</summary>
    /// <param name="platform">The platform.</param>
    /// <param name="machineRoot">Where the machine's own files begin.</param>
    /// <param name="cancellationToken">Gives up.</param>
    internal static async Task<PlatformHealth> ExamineAsync(PlatformKind platform, string machineRoot, CancellationToken cancellationToken)
    {
        if (platform == PlatformKind.Vfio) return ExamineHardware(machineRoot);
        try
        {
            await using Platforms.DmaPlatform machine = await Showroom.OpenAsync(platform, cancellationToken).ConfigureAwait(false);
            return new PlatformHealth(platform, null, null);
        }
        catch (QemuMissingException e)
        {
            return new PlatformHealth(platform, e.Missing, e.Remedy);
        }
        catch (DmaException e)
        {
            bool named = !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(QemuProgram.Variable));
            return new PlatformHealth(platform, ErrorText.Of(e), named ? $"unset {QemuProgram.Variable}" : Reinstall);
        }
    }

    private static PlatformHealth ExamineHardware(string machineRoot)
    {
        var bus = new HostBus(machineRoot);
        if (new HardwareList(bus).Problem() is var (problem, remedy)) return new PlatformHealth(PlatformKind.Vfio, problem, remedy) { HugePages = Vfio.HugePages.Of(machineRoot) };
        PlatformHealth health = MemoryLock.OfThisProcess() is { Limit: < EnoughLocked } locks
            ? new PlatformHealth(PlatformKind.Vfio, $"this process may lock {SizeText.Show(locks.Limit.Value)} of memory for devices, and a driver with buffers takes more", "ulimit -l unlimited, or a memlock line in /etc/security/limits.conf")
            : new PlatformHealth(PlatformKind.Vfio, null, null);
        return health with { BackEnd = bus.BackEndOfAll(), HugePages = Vfio.HugePages.Of(machineRoot) };
    }
}
