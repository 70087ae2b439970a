using System.Globalization;

namespace DmaKit.Vfio.Native;

/// <summary>A function that is bound to uio_pci_generic: its registers through sysfs, its line through a file of uio's. Nothing stands between it and the machine's memory.</summary>
/// <remarks>Safe from any thread. When the file of its line is closed the kernel switches bus mastering off.</remarks>
internal sealed class UioDeviceFile : DeviceFile
{
    private const int CommandRegister = 0x04, PinRegister = 0x3D;

    // A bit of the command register that holds the line back.
    private const uint HoldLine = 1 << 10;
    private const int PageSize = 4096;
    private const ulong IsPort = 0x100, IsMemory = 0x200;
    private const int Bars = 6;

    private readonly string _folder;
    private readonly string _uio;
    private readonly Descriptor _config;
    private readonly Descriptor _line;
    private readonly Descriptor?[] _resources = new Descriptor?[Bars];
    private readonly Lock _gate = new();
    private bool _held = true;

    private UioDeviceFile(string address, string folder, string uio, Descriptor config, Descriptor line)
        : base(address)
    {
        _folder = folder;
        _uio = uio;
        _config = config;
        _line = line;
        MaskLine(true);
    }

    internal override bool CanReset => File.Exists(Path.Combine(_folder, "reset"));

    /// <summary>Opens a function for this program alone.</summary>
    /// <param name="address">Its address.</param>
    /// <param name="uio">The file of its line, such as <c>/dev/uio0</c>.</param>
    /// <exception cref="DmaException">It cannot be had; the message says why and what mends it.</exception>
    internal static UioDeviceFile Open(string address, string uio)
    {
        string folder = $"/sys/bus/pci/devices/{address}";
        Descriptor line = OpenOrThrow(uio);
        Descriptor? config = null;
        try
        {
            config = OpenOrThrow(Path.Combine(folder, "config"));
            if (Kernel.LockFile(line, Kernel.LockAlone) != 0) throw new DmaException($"{address} is in use by another program, or by this one through another platform. Find it with: fuser -v {uio}");
            return new UioDeviceFile(address, folder, uio, config, line);
        }
        catch
        {
            config?.Dispose();
            line.Dispose();
            throw;
        }
    }

    internal override Region? AskRegion(int index)
    {
        if (index == Region.Config) return new Region(index, new FileInfo(Path.Combine(_folder, "config")).Length, 0, []);
        if (index is < 0 or >= Bars || Resource(File.ReadAllText(Path.Combine(_folder, "resource")), index) is not var (start, length, flags) || length == 0) return null;
        return (flags & (IsPort | IsMemory)) == 0 ? null : new Region(index, length, (long)(start % PageSize), (flags & IsMemory) != 0 ? [(0, length)] : []);
    }

    internal override int CountInterrupts(int kind) => kind == Line && ReadAt(_config, PinRegister, 1) != 0 ? 1 : 0;

    // Only the line exists here, and it is opened.
    internal override int SetEvents(int kind, IReadOnlyList<Descriptor> counters) => -Errno.Invalid;

    internal override void ClearEvents(int kind)
    {
        try
        {
            MaskLine(true);
        }
        catch (DeviceLostException)
        {
            // Nothing is raised any more.
        }
    }

    internal override Descriptor? OpenLine()
    {
        Descriptor line = Kernel.Open(_uio);
        if (!line.IsInvalid) return line;
        line.Dispose();
        return null;
    }

    internal override unsafe bool TakeLine(Descriptor line)
    {
        int count;

        // SAFETY: 4 bytes on this stack, which is what uio answers.
        return Kernel.Read(line, &count, sizeof(int)) == sizeof(int);
    }

    internal override void MaskLine(bool masked)
    {
        lock (_gate)
        {
            // Others change the rest of the register: under the lock, and with this bit as it is held here.
            _held = masked;
            Write(command: ReadAt(_config, CommandRegister, sizeof(ushort)), sizeof(ushort));
        }
    }

    internal override int Reset()
    {
        try
        {
            File.WriteAllText(Path.Combine(_folder, "reset"), "1");
            return 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Errno.Invalid;
        }
    }

    internal override ulong Read(Region region, long offset, int size) =>
        region.Index == Region.Config ? ReadAt(_config, offset, size) : ReadAt(Open(region), offset, size);

    internal override void Write(Region region, long offset, int size, ulong value)
    {
        if (region.Index != Region.Config)
        {
            WriteAt(Open(region), offset, size, value);
            return;
        }

        lock (_gate)
        {
            // The kernel masks the line when it is raised, behind the back of whoever read the register before and writes it now.
            if (offset == CommandRegister && size >= sizeof(ushort)) Write(command: value, size);
            else WriteAt(_config, offset, size, value);
        }
    }

    // The kernel maps whole pages; the region need not begin with one.
    internal override MappedArea? Map(Region region, long start, long length) => MappedArea.TryMap(Open(region), 0, start, length, region.Offset);

    public override void Dispose()
    {
        lock (_gate)
        {
            _line.Dispose();
            _config.Dispose();
            foreach (Descriptor? resource in _resources) resource?.Dispose();
        }
    }

    /// <summary>A line of sysfs's table of regions: first address, last address and flags.</summary>
    internal static (ulong Start, long Length, ulong Flags)? Resource(string table, int index)
    {
        string[] lines = table.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (index >= lines.Length) return null;
        string[] numbers = lines[index].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (numbers.Length < 3) return null;
        ulong start = Hex(numbers[0]), last = Hex(numbers[1]);
        return (start, last > start ? (long)(last - start) + 1 : 0, Hex(numbers[2]));
    }

    private static ulong Hex(string text) => ulong.Parse(text.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private static Descriptor OpenOrThrow(string path)
    {
        Descriptor file = Kernel.Open(path);
        if (!file.IsInvalid) return file;
        int error = Kernel.LastError;
        throw new DmaException(error is Errno.Access or Errno.NotPermitted
            ? $"{path} may not be opened by this user: without an IOMMU a program must be root."
            : $"{path} cannot be opened: {Kernel.Words(error)}.");
    }

    private void Write(ulong command, int size) => WriteAt(_config, CommandRegister, size, _held ? command | HoldLine : command & ~(ulong)HoldLine);

    private Descriptor Open(Region region)
    {
        lock (_gate) return _resources[region.Index] ??= OpenOrThrow(Path.Combine(_folder, $"resource{region.Index}"));
    }
}
