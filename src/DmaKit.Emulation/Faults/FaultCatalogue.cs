namespace DmaKit.Emulation;

/// <summary>All faults there are: their names, what they do, whom they can strike and how they are made.</summary>
internal static class FaultCatalogue
{
    private const FaultEffect AnyBytes = FaultEffect.Errors | FaultEffect.MissingBytes | FaultEffect.WrongBytes;

    private static readonly Entry[] s_entries =
    [
        new(FaultKind.LostInterrupt, "lost-interrupt", "interrupts", "the interrupt is not heard", FaultEffect.Errors, 40, () => new LostInterrupt()),
        new(FaultKind.InterruptStorm, "interrupt-storm", "interrupts", "50 interrupts more, with nothing to say", FaultEffect.None, 40, () => new InterruptStorm()),
        new(FaultKind.Slow, "slow", "turns", "the device takes 1 to 200 ms longer", FaultEffect.Errors, 60, () => new SlowTurn()),
        new(FaultKind.Reorder, "reorder", "completions", "two completions change places", FaultEffect.None, 60, () => new ReorderedTags()) { NeedsTags = true },
        new(FaultKind.DoubleTag, "double-tag", "completions", "the tag is given back twice, the second time up to 15 completions later", FaultEffect.Errors, 60, () => new DoubleTag()) { NeedsTags = true },
        new(FaultKind.StaleTag, "stale-tag", "completions", "a tag of long ago is given back instead", FaultEffect.Errors, 60, () => new StaleTag()) { NeedsTags = true },
        new(FaultKind.WrongTag, "wrong-tag", "completions", "a number that is no tag is given back instead", FaultEffect.Errors, 60, () => new WrongTag()) { NeedsTags = true },
        new(FaultKind.SkippedWrite, "skipped-write", "writes to memory", "the write is left out and reported as done", FaultEffect.Errors | FaultEffect.MissingBytes, 120, () => new SkippedWrite()),
        new(FaultKind.LateWrite, "late-write", "writes to memory", "the write comes 1 to 40 register accesses later", AnyBytes, 120, () => new LateWrite()) { NeedsIommu = true },
        new(FaultKind.WriteAfterReset, "write-after-reset", "resets", "the last write comes once more after the reset", AnyBytes, 3, () => new WriteAfterReset()) { NeedsIommu = true },
        new(FaultKind.WriteBeyond, "write-beyond", "writes to memory", "the write goes on for up to 4 KiB behind its end", AnyBytes, 120, () => new WriteBeyond()) { NeedsIommu = true },
        new(FaultKind.WriteOutside, "write-outside", "writes to memory", "bytes go to an address that the device was never told", AnyBytes, 120, () => new WriteOutside()) { NeedsIommu = true },
        new(FaultKind.ChangedResult, "changed-result", "writes to memory", "what was written is written again with other bits", AnyBytes, 120, () => new ChangedResult()) { NeedsIommu = true },
        new(FaultKind.NonsenseRegister, "nonsense-register", "register reads", "the register answers with a random number", AnyBytes, 2000, () => new NonsenseRegister()) { NeedsIommu = true },
        new(FaultKind.LostRegisterWrite, "lost-register-write", "register writes", "the register write does not arrive", AnyBytes, 800, () => new LostRegisterWrite()) { NeedsIommu = true },
        new(FaultKind.Vanish, "vanish", "register reads", "the device is gone: registers read as all ones", FaultEffect.Errors, 2500, () => new Vanish()),
        new(FaultKind.NonsenseConfiguration, "nonsense-configuration", "", "configuration space lies", AnyBytes, 0, () => new NonsenseConfiguration()),
        new(FaultKind.RefusedAllocation, "refused-allocation", "allocations", "the machine has no such memory", FaultEffect.Errors, 6, null),
        new(FaultKind.ScatteredMemory, "scattered-memory", "translations", "memory is contiguous to the device for one page only", FaultEffect.Errors, 100, null),
        new(FaultKind.DelayedGrant, "delayed-grant", "requests to wait for", "what the library has is granted 1 to 50 ms late", FaultEffect.None, 100, null),
        new(FaultKind.GarbledConfiguration, "garbled-configuration", "reads of configuration space", "configuration space answers with nonsense", FaultEffect.Errors, 60, () => new GarbledConfiguration()),
    ];

    /// <summary>All names, in the order of the kinds.</summary>
    public static IEnumerable<string> Names => s_entries.Select(e => e.Name);

    /// <summary>All kinds.</summary>
    public static IReadOnlyList<Entry> All => s_entries;

    /// <summary>What is known of a kind.</summary>
    public static Entry Of(FaultKind kind) => s_entries[(int)kind];

    /// <summary>The kind with a name; null when there is none.</summary>
    public static FaultKind? Find(string name) => Array.Find(s_entries, e => e.Name == name)?.Kind;

    /// <summary>One kind of fault.</summary>
    /// <param name="Kind">Which.</param>
    /// <param name="Name">Its name in texts.</param>
    /// <param name="Counts">What its moment is counted in; empty where it has none.</param>
    /// <param name="Does">What it does.</param>
    /// <param name="Effect">What it may do to requests.</param>
    /// <param name="Reach">How late a plan that is made from a seed lets it strike.</param>
    /// <param name="Make">Makes it; null for faults of memory.</param>
    internal sealed record Entry(FaultKind Kind, string Name, string Counts, string Does, FaultEffect Effect, int Reach, Func<DeviceFault>? Make)
    {
        public bool NeedsIommu { get; init; }

        public bool NeedsTags { get; init; }
    }
}
