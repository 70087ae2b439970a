using DmaKit.Native;

namespace DmaKit.Vfio.Tests;

/// <summary>Memory with large pages that are made of ordinary ones, as many as a test says: a machine that is built on has none set aside.</summary>
internal sealed class PretendedPages(long length, int free) : FileMemory(length, 0)
{
    internal const long Page = 2 << 20;

    private readonly List<(nint At, long Length)> _shown = [];

    /// <summary>How many nobody has.</summary>
    public int Free { get; set; } = free;

    /// <summary>Where they were asked for.</summary>
    public List<(nint At, long Length)> Asked { get; } = [];

    internal override long LargePage => Page;

    internal override long ShowLarge(nint at, long length)
    {
        Asked.Add((at, length));
        long shown = Math.Min(length, Free * Page);
        if (shown == 0) return 0;
        base.ShowZeros(at, shown);
        Free -= (int)(shown / Page);
        _shown.Add((at, shown));
        return shown;
    }

    internal override void ShowZeros(nint at, long length)
    {
        base.ShowZeros(at, length);
        foreach ((nint place, long shown) in _shown.Where(s => s.At >= at && s.At + (nint)s.Length <= at + (nint)length)) Free += (int)(shown / Page);
        _shown.RemoveAll(s => s.At >= at && s.At < at + (nint)length);
    }
}
