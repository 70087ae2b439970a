namespace DmaKit.Verification;

/// <summary>The verifier found a rule broken: the message is the report.</summary>
/// <param name="report">What was found.</param>
public sealed class DmaVerificationException(VerifierReport report) : DmaException(Text(report))
{
    /// <summary>What was found.</summary>
    public VerifierReport Report { get; } = report;

    private static string Text(VerifierReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        return report.ToString();
    }
}
