using System.Reflection;

namespace DmaKit.Platforms;

/// <summary>
/// <c>DMAKIT_VERIFY</c>: when it is set, every platform of the process gets a verifier, without a change to the program. The verifier's
/// assembly is looked for beside the program: the core names none.
/// </summary>
internal static class VerifierSwitch
{
    private const string Variable = "DMAKIT_VERIFY";

    private static readonly Action<DmaPlatform>? s_attach = Find();

    internal static void Attach(DmaPlatform platform) => s_attach?.Invoke(platform);

    private static Action<DmaPlatform>? Find()
    {
        string? value = Environment.GetEnvironmentVariable(Variable);
        if (value is null or "" or "0") return null;
        MethodInfo? attach = Type.GetType("DmaKit.Verification.VerifierSwitch, DmaKit.Verification")?.GetMethod("Attach", [typeof(DmaPlatform), typeof(string)]);
        return attach is null
            ? _ => throw new DmaException($"{Variable} is {value}, but DmaKit.Verification is not beside the program. Reference the package DmaKit.Verification, or unset {Variable}.")
            : platform => attach.CreateDelegate<Action<DmaPlatform, string>>()(platform, value);
    }
}
