using System.Globalization;
using System.Text.RegularExpressions;

namespace DmaKit.Vfio.GuestTests;

/// <summary>What QEMU's IOMMU refused, as QEMU itself wrote it down outside the guest.</summary>
internal static partial class FaultTrace
{
    /// <summary>The transfers of a function that were refused in a range of addresses since the guest was booted.</summary>
    /// <param name="function">Its address.</param>
    /// <param name="start">Where the range starts.</param>
    /// <param name="length">Its length in bytes.</param>
    /// <param name="write">Whether writes are looked for, rather than reads.</param>
    internal static int Count(string function, LogicalAddress start, long length, bool write)
    {
        int source = int.Parse(function.AsSpan(8, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture) << 3;
        return Fault().Matches(File.ReadAllText(Guest.File("trace"))).Count(m =>
            Hex(m, "sid") == (ulong)source && Hex(m, "at") - start.Value < (ulong)length && m.Groups["write"].Value == (write ? "1" : "0"));
    }

    private static ulong Hex(Match match, string group) => ulong.Parse(match.Groups[group].ValueSpan, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    [GeneratedRegex("vtd_dmar_fault sid 0x(?<sid>[0-9a-f]+) fault [0-9]+ addr 0x(?<at>[0-9a-f]+) write (?<write>[01])", RegexOptions.None, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Fault();
}
