namespace DmaKit.Verification.Tests;

/// <summary>What a rule's driver needs of its machine.</summary>
internal sealed record RuleOptions
{
    public bool Iommu { get; init; }

    /// <summary>How many map registers the machine has; null for as many as it has by itself.</summary>
    public int? MapRegisters { get; init; }

    /// <summary>Whether the device may send messages; without, it has its interrupt line.</summary>
    public bool Messages { get; init; } = true;

    /// <summary>Whether bus mastering is on before the driver begins.</summary>
    public bool BusMaster { get; init; } = true;

    public VerifierOptions Verifier { get; init; } = new();
}
