using DmaKit.Platforms;

namespace DmaKit.Verification;

/// <summary>What <c>DMAKIT_VERIFY</c> switches on. The core finds it by name; a program calls <see cref="DmaVerifier.Attach"/>.</summary>
public static class VerifierSwitch
{
    /// <summary>Gives a platform a verifier as the environment asks for.</summary>
    /// <param name="platform">The platform, before any of its functions is opened.</param>
    /// <param name="value">The value of <c>DMAKIT_VERIFY</c>; see <see cref="VerifierOptions.Parse"/>.</param>
    public static void Attach(DmaPlatform platform, string value) => DmaVerifier.Attach(platform, VerifierOptions.Parse(value));
}
