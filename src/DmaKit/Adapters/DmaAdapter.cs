using DmaKit.Platforms;
namespace DmaKit;
/// <summary>One function's view of a domain.</summary>
public sealed class DmaAdapter
{
    internal DmaAdapter(PciFunction function, DmaConstraints constraints)
    {
        Function = function;
        Constraints = constraints;
    }
    /// <summary>Function.</summary>
    public PciFunction Function { get; }
    /// <summary>Limits.</summary>
    public DmaConstraints Constraints { get; }
    internal void BecomeQuiet(QuietProof proof)
    {
    }
}
