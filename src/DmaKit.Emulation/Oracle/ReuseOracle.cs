using System.Globalization;
using DmaKit.Devices;
using DmaKit.Native;
using DmaKit.Platforms;

namespace DmaKit.Emulation;

/// <summary>
/// Watches a stepped machine for memory that is used again while a device could still write it. It believes nobody but the machine: what
/// a device was told is read from the registers and packets that it was sent, who has which frame from the frames' allocator.
/// </summary>
/// <remarks>
/// Three things are violations: a frame that is handed out while a command that a device still has leads there; a command that is told memory which another
/// one of the same device has; a write of a device that lands in a frame that nobody has, or that somebody else got since. Where an IOMMU has
/// taken the way away nothing is violated. For one thread: a stepped machine's.
/// </remarks>
internal sealed class ReuseOracle : IFrameWitness
{
    private const int MostKept = 16;

    private readonly EmulatedPlatform _machine;
    private readonly Dictionary<long, long> _epochs = [];
    private readonly HashSet<long> _taken = [];
    private readonly List<OracleTap> _taps = [];
    private readonly List<string> _violations = [];
    private long _epoch;

    /// <summary>Begins to watch a machine that has handed out nothing yet.</summary>
    internal ReuseOracle(EmulatedPlatform machine)
    {
        _machine = machine;
        machine.Frames.Witness = this;
    }

    /// <summary>How often memory was used again too early.</summary>
    internal long Reused { get; private set; }

    /// <summary>The first of them, as sentences.</summary>
    internal IReadOnlyList<string> Violations => _violations;

    /// <summary>How many writes of devices were judged, and how many ranges they were told.</summary>
    internal long Judged { get; private set; }

    /// <summary>How many ranges devices were told.</summary>
    internal long Told { get; private set; }

    /// <summary>Whether a driver asked its device for ever.</summary>
    internal bool IsStuck => _taps.Exists(t => t.IsStuck);

    /// <summary>Whose drivers, as sentences.</summary>
    internal IEnumerable<string> Stuck => _taps.Where(t => t.IsStuck).Select(t => $"the driver of {t.Address} asks its device without end");

    /// <summary>Puts a device into the machine, under watch.</summary>
    /// <param name="model">The device, with whatever faults it has.</param>
    /// <param name="reader">How to read what it is told.</param>
    /// <param name="outside">Puts something between the oracle and the machine; null for nothing.</param>
    /// <returns>Its address.</returns>
    internal string Add(DeviceModel model, ToldReader reader, Func<DeviceModel, DeviceModel>? outside = null)
    {
        var tap = new OracleTap(model, this, reader);
        string address = _machine.Add(outside is null ? tap : outside(tap));
        tap.Memory = _machine.MemoryOf(address);
        tap.Address = address;
        _taps.Add(tap);
        return address;
    }

    public void Taken(long first, long count)
    {
        for (long frame = first; frame < first + count; frame++)
        {
            _taken.Add(frame);
            _epochs[frame] = ++_epoch;
            foreach (OracleTap tap in _taps)
            {
                if (tap.Ledger.WhoWrites(frame, tap.Memory, this) is { } command)
                    Violate($"frame 0x{frame:X} was handed out while {tap.Address} has command 0x{command:X}, which writes there");
            }
        }
    }

    public void Freed(long first, long count)
    {
        for (long frame = first; frame < first + count; frame++) _taken.Remove(frame);
    }

    /// <summary>The frame behind a page of a device's address space; -1 where there is none.</summary>
    internal long FrameOf(LogicalMemory memory, ulong page)
    {
        if (!memory.TryReach(page << PhysicalMemory.PageShift, isWrite: true, out nint host, out _, out _)) return -1;
        return _machine.TryPhysical(host, out ulong physical) ? (long)(physical >> PhysicalMemory.PageShift) : -1;
    }

    internal long EpochOf(long frame) => _epochs.GetValueOrDefault(frame);

    internal void NoteTold(OracleTap tap, uint command, ulong address, uint length, bool writes)
    {
        Told++;
        if (tap.Ledger.Add(command, address, length, writes, tap.Memory, this) is { } other)
            Violate($"{tap.Address} was told 0x{address:X}+{length} for command 0x{command:X} while it has command 0x{other:X}, which lies there");
    }

    /// <summary>A device wrote, and was not refused.</summary>
    internal void NoteWrite(OracleTap tap, LogicalAddress address, int length)
    {
        Judged++;
        ulong last = (address.Value + (ulong)Math.Max(1, length) - 1) >> PhysicalMemory.PageShift;
        for (ulong page = address.Value >> PhysicalMemory.PageShift; page <= last; page++)
        {
            long frame = FrameOf(tap.Memory, page);
            if (frame < 0) continue;
            if (!_taken.Contains(frame)) Violate($"{tap.Address} wrote 0x{address.Value:X}+{length}, in frame 0x{frame:X}, which nobody has");
            else if (tap.Ledger.IsForeign(page, frame, EpochOf(frame))) Violate($"{tap.Address} wrote 0x{address.Value:X}+{length}, in frame 0x{frame:X}, which somebody else got since it was told");
        }
    }

    private void Violate(FormattableString what)
    {
        Reused++;
        if (_violations.Count < MostKept) _violations.Add(what.ToString(CultureInfo.InvariantCulture));
    }
}
