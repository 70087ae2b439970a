using DmaKit.Native;

namespace DmaKit;

/// <content>What observers see of the program's memory behind a mapping. Headroom is no memory of the program's.</content>
internal sealed partial class MappingSlot
{
    public void ReadProgramMemory(Span<byte> destination) =>
        FragmentMemory.Read(Fragments, ProgramStart, destination[..(int)Math.Min(destination.Length, Length)]);

    public void WriteProgramMemory(ReadOnlySpan<byte> source) =>
        FragmentMemory.Write(Fragments, ProgramStart, source[..(int)Math.Min(source.Length, Length)]);

    public bool Overlaps(MappingSlot other)
    {
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
