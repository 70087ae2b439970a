using DmaKit.Native;
using DmaKit.Platforms;

namespace DmaKit.Emulation;

/// <summary>What one device was told and has not given back: by command, the ranges, and the frames that they led to when it was told.</summary>
internal sealed class ToldLedger
{
    private readonly Dictionary<uint, List<Range>> _byCommand = [];
    private readonly Dictionary<ulong, List<Page>> _byPage = [];
    private readonly Dictionary<long, int> _writtenFrames = [];

    /// <summary>Commands that the device has.</summary>
    internal int Commands => _byCommand.Count;

    /// <summary>The device has a range.</summary>
    /// <returns>Another command that has some of it, where one of the two is written; null when there is none.</returns>
    internal uint? Add(uint command, ulong address, uint length, bool writes, LogicalMemory memory, ReuseOracle oracle)
    {
        if (length == 0) return null;
        uint? clash = null;
        var range = new Range(command, address, address + length, writes);
        if (!_byCommand.TryGetValue(command, out List<Range>? ranges)) _byCommand.Add(command, ranges = []);
        ranges.Add(range);
        for (ulong page = address >> PhysicalMemory.PageShift; page <= (range.End - 1) >> PhysicalMemory.PageShift; page++)
        {
            if (!_byPage.TryGetValue(page, out List<Page>? pages)) _byPage.Add(page, pages = []);
            foreach (Page there in pages)
            {
                if (there.Range.Command != command && (writes || there.Range.Writes) && there.Range.Start < range.End && range.Start < there.Range.End)
                    clash = there.Range.Command;
            }

            long frame = oracle.FrameOf(memory, page);
            pages.Add(new Page(range, frame, oracle.EpochOf(frame)));
            if (writes && frame >= 0) _writtenFrames[frame] = _writtenFrames.GetValueOrDefault(frame) + 1;
        }

        return clash;
    }

    /// <summary>The device gave a command back.</summary>
    internal void Release(uint command)
    {
        if (!_byCommand.Remove(command, out List<Range>? ranges)) return;
        foreach (Range range in ranges)
        {
            for (ulong page = range.Start >> PhysicalMemory.PageShift; page <= (range.End - 1) >> PhysicalMemory.PageShift; page++)
            {
                List<Page> pages = _byPage[page];
                int at = pages.FindIndex(p => ReferenceEquals(p.Range, range));
                if (range.Writes && pages[at].Frame is >= 0 and var frame && --_writtenFrames[frame] == 0) _writtenFrames.Remove(frame);
                pages.RemoveAt(at);
                if (pages.Count == 0) _byPage.Remove(page);
            }
        }
    }

    /// <summary>The device was reset.</summary>
    internal void Clear()
    {
        _byCommand.Clear();
        _byPage.Clear();
        _writtenFrames.Clear();
    }

    /// <summary>The command that can write a frame now; null when none can.</summary>
    internal uint? WhoWrites(long frame, LogicalMemory memory, ReuseOracle oracle)
    {
        if (!_writtenFrames.ContainsKey(frame)) return null;
        foreach ((ulong page, List<Page> pages) in _byPage)
        {
            foreach (Page told in pages)
                if (told.Frame == frame && told.Range.Writes && oracle.FrameOf(memory, page) == frame) return told.Range.Command;
        }

        return null;
    }

    /// <summary>Whether a page that the device was told leads to a frame that has changed hands since, for every command that has it.</summary>
    internal bool IsForeign(ulong page, long frame, long epoch) =>
        _byPage.TryGetValue(page, out List<Page>? pages) && pages.TrueForAll(p => p.Frame != frame || p.Epoch != epoch);

    private sealed record Range(uint Command, ulong Start, ulong End, bool Writes);

    private readonly record struct Page(Range Range, long Frame, long Epoch);
}
