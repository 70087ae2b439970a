namespace DmaKit.Verification;

/// <summary>A request was named for resources of another domain.</summary>
internal sealed class Dmk3006RequestOfAnotherDomain : VerifierRule
{
    /// <inheritdoc/>
    public override string Id => "DMK3006";

    /// <inheritdoc/>
    public override string Name => "request-of-another-domain";

    /// <inheritdoc/>
    public override string Meaning => "A DmaRequest of one domain was named for resources of another: who waits for whom could not be seen then, and the call was refused.";

    /// <inheritdoc/>
    public override string Cause => "One request object is kept for an operation that spans two cards, each of which has an address space of its own.";

    /// <inheritdoc/>
    public override string Mend => "Create a request in each domain with DmaDomain.CreateRequest, and name the one of the domain whose packets, blocks or registers are taken.";

    internal override IReadOnlyList<string> Core => ["request-of-another-domain"];
}
