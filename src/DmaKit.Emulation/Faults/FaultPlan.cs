using System.Globalization;
using System.Text;
using DmaKit.Devices;
using DmaKit.Platforms;

namespace DmaKit.Emulation;

/// <summary>
/// What goes wrong in one run, and when: chosen by hand, or made from a seed. The same plan on the same stepped machine does the same thing.
/// </summary>
/// <remarks>
/// <c>machine.Add(plan.Wrap(new MailboxDevice()))</c> makes the device faulty, <c>plan.Interpose(machine)</c> the machine's memory. Moments are counted in events of the device. A plan is
/// for one device; it may be asked from any thread what has struck.
/// </remarks>
public sealed class FaultPlan
{
    private const int MostFaults = 4;

    private readonly int _seed;
    private readonly List<FaultyMemory> _memories = [];
    private FaultyDevice? _device;

    /// <summary>A plan chosen by hand.</summary>
    /// <param name="faults">What goes wrong. None at all is a plan, too.</param>
    /// <param name="seed">Where a fault needs random numbers, such as what a register answers.</param>
    public FaultPlan(IEnumerable<Fault> faults, int seed = 0)
    {
        ArgumentNullException.ThrowIfNull(faults);
        Faults = [.. faults];
        _seed = seed;
    }

    /// <summary>What goes wrong.</summary>
    public IReadOnlyList<Fault> Faults { get; }

    /// <summary>What has gone wrong so far may have done this to requests.</summary>
    public FaultEffect Effects
    {
        get
        {
            FaultEffect effects = FaultEffect.None;
            foreach (DeviceFault fault in _device?.Faults ?? [])
                if (fault.Struck > 0) effects |= fault.Fault.Effect;
            lock (_memories)
                foreach (FaultyMemory memory in _memories) effects |= memory.Effects;
            return effects;
        }
    }

    /// <summary>How often a fault of this plan has struck so far.</summary>
    public long Struck
    {
        get
        {
            long struck = _device?.Faults.Sum(f => f.Struck) ?? 0;
            lock (_memories) return struck + _memories.Sum(m => m.Struck);
        }
    }

    /// <summary>A plan made from a seed: up to four faults that make sense for the device; now and then none.</summary>
    /// <param name="seed">The seed.</param>
    /// <param name="target">The device and its machine.</param>
    public static FaultPlan FromSeed(int seed, FaultTarget target)
    {
        ArgumentNullException.ThrowIfNull(target);
        var random = new Random(seed);
        FaultCatalogue.Entry[] fit = [.. FaultCatalogue.All.Where(e => Fits(e, target))];
        var faults = new List<Fault>();
        for (int left = random.Next(MostFaults + 1); left > 0; left--)
        {
            FaultCatalogue.Entry entry = fit[random.Next(fit.Length)];

            // A lying configuration space ends most runs at their start: seldom, so that the others go somewhere.
            if (entry.Kind == FaultKind.NonsenseConfiguration && random.Next(4) != 0) continue;
            int times = random.Next(4) == 0 ? random.Next(2, 8) : 1;
            faults.Add(new Fault(entry.Kind, entry.Reach == 0 ? 0 : random.Next(entry.Reach), times));
        }

        return new FaultPlan(faults, seed);
    }

    /// <summary>Reads the text form: faults with commas between, or <c>none</c>.</summary>
    /// <param name="text">Such as <c>lost-interrupt@7x2, stale-tag@3</c>.</param>
    /// <param name="seed">Where a fault needs random numbers.</param>
    /// <exception cref="FormatException">One of them is no fault.</exception>
    public static FaultPlan Parse(string text, int seed = 0)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Trim() is "none" or ""
            ? new FaultPlan([], seed)
            : new FaultPlan(text.Split(',').Select(Fault.Parse), seed);
    }

    /// <summary>Makes a device faulty.</summary>
    /// <param name="model">The device, without a host yet; it belongs to what is returned.</param>
    /// <param name="target">What is known of it; null for what is known of the project's own models, with an IOMMU.</param>
    /// <exception cref="InvalidOperationException">The plan has a device already.</exception>
    public DeviceModel Wrap(DeviceModel model, FaultTarget? target = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (_device is not null) throw new InvalidOperationException("The plan has a device already; make another plan of the same faults.");
        return _device = new FaultyDevice(model, target ?? FaultTarget.For(model, iommu: true), Faults, _seed);
    }

    /// <summary>Makes the machine's memory faulty, and what the library grants of it late, where the plan has such faults: for every function that is opened from now on.</summary>
    /// <param name="platform">The machine; any platform will do.</param>
    public void Interpose(DmaPlatform platform)
    {
        ArgumentNullException.ThrowIfNull(platform);
        if (!Faults.Any(f => f.IsOfMemory)) return;
        platform.InterposeMemory((domain, memory) =>
        {
            var faulty = new FaultyMemory(memory, Faults, _seed);
            lock (_memories) _memories.Add(faulty);
            if (faulty.Delays) domain.Delays = faulty;
            return faulty;
        });
    }

    /// <summary>The text form.</summary>
    public override string ToString() => Faults.Count == 0 ? "none" : string.Join(", ", Faults);

    /// <summary>What it does, a sentence a line, with how often each has struck so far.</summary>
    public string Describe()
    {
        if (Faults.Count == 0) return "nothing goes wrong\n";
        var text = new StringBuilder();
        foreach (Fault fault in Faults)
        {
            text.Append(fault.Describe());
            if (StruckBy(fault) is { } struck) text.Append(CultureInfo.InvariantCulture, $" (struck {struck})");
            text.Append('\n');
        }

        return text.ToString();
    }

    /// <summary>How often one of the faults has struck; null where nothing runs yet that it could strike.</summary>
    private long? StruckBy(Fault fault)
    {
        if (!fault.IsOfMemory) return _device?.Faults.FirstOrDefault(f => ReferenceEquals(f.Fault, fault))?.Struck;
        lock (_memories) return _memories.Count == 0 ? null : _memories.Sum(m => m.StruckBy(fault));
    }

    private static bool Fits(FaultCatalogue.Entry entry, FaultTarget target) =>
        (target.Iommu || !entry.NeedsIommu) && (target.TagBar is not null || !entry.NeedsTags);
}
