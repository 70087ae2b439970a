using DmaKit.Platforms;

namespace DmaKit.Verification;

/// <summary>Everything that is alive on a platform at one moment, with the place in the driver's code that each came from, and the reports so far.</summary>
/// <remarks>Immutable; safe from any thread. Made by <see cref="DmaVerifier.TakeSnapshot"/>.</remarks>
public sealed class VerifierSnapshot
{
    internal VerifierSnapshot(DmaPlatform platform, VerifierBooks books, IReadOnlyList<VerifierReport> reports)
    {
        Platform = platform.Name;
        Reports = reports;
    }

    /// <summary>The platform's name.</summary>
    public string Platform { get; }

    /// <summary>The reports so far, in order.</summary>
    public IReadOnlyList<VerifierReport> Reports { get; }
}
