namespace DmaKit.Vfio;

/// <summary>Takes functions of this machine away from the kernel's drivers, for programs, and gives them back. Needs root.</summary>
/// <remarks>Safe from any thread; two that bind one function at a time get in each other's way.</remarks>
/// <param name="root">Where the machine's file system begins; null for <c>/</c>.</param>
public sealed class HostBinding(string? root = null)
{
    private const int BridgeClass = 0x06;

    private readonly string _root = root ?? "/";
    private readonly HostBus _bus = new(root);

    /// <summary>What a function is used for now.</summary>
    /// <param name="address">Its address, such as <c>0000:03:00.0</c>.</param>
    /// <exception cref="DmaException">There is no such function.</exception>
    public HostUse UseOf(string address)
    {
        HostFunction function = Require(address);
        string interfaces = Path.Combine(FolderOf(function), "net");
        return new HostUse(
            HostMounts.On(_root, function.Info.Address),
            Directory.Exists(interfaces) ? [.. Directory.EnumerateFileSystemEntries(interfaces).Select(Path.GetFileName).OfType<string>().Order(StringComparer.Ordinal)] : []);
    }

    /// <summary>Binds a function to vfio-pci, whatever driver it has. Does nothing when it is bound already.</summary>
    /// <param name="address">Its address.</param>
    /// <exception cref="DmaException">It cannot be: there is no IOMMU, it is a bridge, the machine's root is on it, or the kernel refused. The message says what mends it.</exception>
    public void Bind(string address)
    {
        HostFunction function = Require(address);
        address = function.Info.Address;
        if (function.Driver == HostBus.VfioDriver) return;
        if (function.Info.ClassCode >> 16 == BridgeClass) throw new DmaException($"{address} is a bridge: the functions behind it are given away, not it.");
        if (function.Group is null) throw new DmaException(HostBus.WhyNotReady(function));
        if (UseOf(address).HoldsRoot) throw new DmaException($"{address} is not given away: the file system / is on it.");
        if (!Directory.Exists(Path.Combine(_root, "sys/bus/pci/drivers", HostBus.VfioDriver)))
            throw new DmaException($"The kernel's driver {HostBus.VfioDriver} is not loaded. Mend it with: modprobe {HostBus.VfioDriver}");
        Write(Path.Combine(FolderOf(function), "driver_override"), HostBus.VfioDriver);
        Move(function);
        if (Require(address).Driver is var now && now != HostBus.VfioDriver)
            throw new DmaException($"{address} was not taken by {HostBus.VfioDriver}; it has {now ?? "no driver"} now. The end of dmesg says why.");
    }

    /// <summary>Takes a function away from vfio-pci and lets the kernel find a driver for it, as when the machine starts.</summary>
    /// <param name="address">Its address.</param>
    /// <returns>The driver that it has now; null when there is none for it.</returns>
    /// <exception cref="DmaException">There is no such function, it is not bound to vfio-pci, or the kernel refused.</exception>
    public string? Unbind(string address)
    {
        HostFunction function = Require(address);
        if (function.Driver != HostBus.VfioDriver) throw new DmaException($"{function.Info.Address} is bound to {function.Driver ?? "no driver"}, and not to {HostBus.VfioDriver}.");
        Write(Path.Combine(FolderOf(function), "driver_override"), "\n");
        Move(function);
        return Require(function.Info.Address).Driver;
    }

    private void Move(HostFunction function)
    {
        if (function.Driver is not null) Write(Path.Combine(FolderOf(function), "driver", "unbind"), function.Info.Address);
        Write(Path.Combine(_root, "sys/bus/pci/drivers_probe"), function.Info.Address);
    }

    private string FolderOf(HostFunction function) => Path.Combine(_root, "sys/bus/pci/devices", function.Info.Address);

    private HostFunction Require(string address) => _bus.Find(address) ?? throw new DmaException($"This machine has no function {address}.");

    private static void Write(string file, string text)
    {
        try
        {
            File.WriteAllText(file, text);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new DmaException($"{file} is root's to write: binding a function needs root.", e);
        }
        catch (IOException e)
        {
            throw new DmaException($"The kernel refused '{text.Trim()}' for {file}: {e.Message}", e);
        }
    }
}
