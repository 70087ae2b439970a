namespace DmaKit.Verification;

/// <summary>All rules, in order of number.</summary>
public static class VerifierRules
{
    private static readonly Func<VerifierRule>[] s_makers =
    [
        () => new Dmk1001BufferOverrun(),
        () => new Dmk1004FreedMemoryWritten(),
        () => new Dmk1005BufferUsedAfterDispose(),
        () => new Dmk1006BufferAccessOutside(),
        () => new Dmk1008BlockReturnedTwice(),
        () => new Dmk2001DataWrittenWhileMapped(),
        () => new Dmk5001TransferOutsideEverything(),
    ];

    /// <summary>One object of each rule, for reading: a verifier has its own.</summary>
    public static IReadOnlyList<VerifierRule> All { get; } = [.. Create()];

    /// <summary>Finds a rule by its number.</summary>
    /// <param name="id">Such as <c>DMK1008</c>, in any case.</param>
    /// <returns>The rule, or null.</returns>
    public static VerifierRule? Find(string id) => All.FirstOrDefault(r => string.Equals(r.Id, id, StringComparison.OrdinalIgnoreCase));

    internal static IEnumerable<VerifierRule> Create() => s_makers.Select(make => make());
}
