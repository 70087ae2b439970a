namespace DmaKit.Verification;

/// <summary>What happens when a rule is broken, beside keeping the report.</summary>
public enum VerifierReaction
{
    /// <summary>The report is kept, logged, and handed to who listens.</summary>
    Log,

    /// <summary>
    /// As <see cref="Log"/>, and the call that broke the rule throws a <see cref="DmaVerificationException"/>, where that call is one that may throw
    /// without losing memory: the completion of a mapping, a register write. Of the rest, <see cref="DmaVerifier.ThrowIfAny"/> tells.
    /// </summary>
    Throw,

    /// <summary>The process ends at once with the report as its message, so that a debugger or a core dump shows the stack of the culprit.</summary>
    FailFast,
}
