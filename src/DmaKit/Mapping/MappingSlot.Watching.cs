using DmaKit.Native;

namespace DmaKit;

/// <content>What observers see of the program's memory behind a mapping. Headroom is no memory of the program's.</content>
internal sealed partial class MappingSlot
{
    /// <summary>More pairs of fragments than this are not compared: a checker must not take longer than the device.</summary>
    private const long MostPairs = 4096;

    public void ReadProgramMemory(Span<byte> destination) =>
        FragmentMemory.Read(Fragments, ProgramStart, destination[..(int)Math.Min(destination.Length, Length)]);

    public void WriteProgramMemory(ReadOnlySpan<byte> source) =>
        FragmentMemory.Write(Fragments, ProgramStart, source[..(int)Math.Min(source.Length, Length)]);

    public bool Overlaps(MappingSlot other)
    {
        if ((long)_fragmentCount * other._fragmentCount > MostPairs) return false;
        ChainCursor at = ProgramStart;
        for (long left = Length; left > 0;)
        {
            ref readonly Fragment fragment = ref _fragments[at.Fragment];
            long length = Math.Min(left, fragment.Length - at.Within);
            if (other.Touches(fragment, at.Within, length)) return true;
            left -= length;
            at = new ChainCursor(at.Fragment + 1, 0);
        }

        return false;
    }

    private ChainCursor ProgramStart => _headroom > 0 ? FragmentMemory.Advance(Fragments, _start, _headroom) : _start;

    private bool Touches(in Fragment theirs, long within, long length)
    {
        ChainCursor at = ProgramStart;
        for (long left = Length; left > 0;)
        {
            ref readonly Fragment fragment = ref _fragments[at.Fragment];
            long mine = Math.Min(left, fragment.Length - at.Within);
            if (theirs.Shares(within, length, fragment, at.Within, mine)) return true;
            left -= mine;
            at = new ChainCursor(at.Fragment + 1, 0);
        }

        return false;
    }
}
