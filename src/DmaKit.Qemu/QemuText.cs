namespace DmaKit.Qemu;

/// <summary>How QEMU wants its options spelled.</summary>
internal static class QemuText
{
    /// <summary>A value inside a list of options: a comma is doubled.</summary>
    internal static string Escape(string value) => value.Replace(",", ",,", StringComparison.Ordinal);
}
