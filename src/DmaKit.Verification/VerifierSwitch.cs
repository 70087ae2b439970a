using DmaKit.Platforms;

namespace DmaKit.Verification;

/// <summary>What <c>DMAKIT_VERIFY</c> switches on. The core finds it by name; a program calls <see cref="DmaVerifier.Attach"/>.</summary>
public static class VerifierSwitch
{
    /// <summary>Gives a platform a verifier as the environment asks for. Its reports go to standard error, too: the program knows nothing of them.</summary>
    /// <param name="platform">The platform, before any of its functions is opened.</param>
    /// <param name="value">The value of <c>DMAKIT_VERIFY</c>; see <see cref="VerifierOptions.Parse"/>.</param>
    public static void Attach(DmaPlatform platform, string value) =>
        DmaVerifier.Attach(platform, VerifierOptions.Parse(value) with { OnReport = static report => report.WriteText(Console.Error) });
}
