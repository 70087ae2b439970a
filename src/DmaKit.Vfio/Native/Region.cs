namespace DmaKit.Vfio.Native;

/// <summary>A region of an open function.</summary>
/// <param name="Index">0 to 5 the base address registers, 6 the ROM, 7 configuration space.</param>
/// <param name="Length">Its length in bytes.</param>
/// <param name="Offset">Where it lies in the device's file.</param>
/// <param name="Areas">Which parts can be mapped: where each starts in the region, and its length.</param>
internal sealed record Region(int Index, long Length, long Offset, IReadOnlyList<(long Start, long Length)> Areas)
{
    internal const int Config = 7;
}
