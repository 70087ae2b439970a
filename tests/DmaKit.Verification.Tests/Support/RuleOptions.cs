namespace DmaKit.Verification.Tests;

/// <summary>What a rule's driver needs of its machine.</summary>
internal sealed record RuleOptions
{
    public bool Iommu { get; init; }

    public VerifierOptions Verifier { get; init; } = new();
}
