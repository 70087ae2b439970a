namespace DmaKit.Benchmarks;

/// <summary>For each row with an aim: why it may be missed, and what was tried. A row that is not here cannot be in the table.</summary>
internal static class WhyMissed
{
    private static readonly Dictionary<string, string> s_reasons = new()
    {
        ["pool-replace"] = "sampled by address, a third of our time is proof, most of it the wait for the slot's valid handle, which is loaded from a random place; two fifths are entering and leaving the cache twice and the block that passes "
            + "through its hand, where one load waits for the store before it; a tenth draws the random number, which the peer does, too. Tried: handles of 16 bytes, a thread-static field, no block beside the stack (1.1); all slower.",
        ["pool-implicit"] = "every call finds its thread's blocks anew, by the place on the stack where it stands. Tried: a thread-static field (1.9 to 2.6).",
        ["pool-bulk"] = "32 handles are compared with 32 entries before they are copied; the peer copies pointers and checks nothing. Tried: 16-byte handles with the pool's number (2.5 to 3.3), vectors of four (1.6).",
        ["pool-cross"] = "each return is checked on the other thread, whose cache does not have the slot's entry; the peer hands over bare pointers. Every 256 blocks both threads pass the pool's gate and copy 2 KiB of handles under it, most of which lie with the other core then; the peer's ring is passed without a lock. Done: no atomic instruction on either path in between; the most blocks that were ever out is not looked for where it cannot be a new most, which read each other's hot lines four times a visit (1.54 before, 1.16 to 1.36 with it). Tried: fetching the handles and the counts before the gate (no difference in six runs beside six).",
        ["heap-trace"] = "neighbours merge at every free, and nothing is kept in the pieces, where a device could write. Tried: an exchange to enter and one to leave (a fifth slower than the gate that leans to its thread).",
        ["heap-cached"] = "two cache lines are touched at random, the caller's handle and the piece's tag, and each sample finds them gone: the peer's has emptied the near caches. "
            + "Done: handles ready made in the lists, tags eight to a line, three lists that help an empty one (1.35 before). Tried: lists of 8 pieces and of 32 KiB, no faster; pieces up to 32 KiB only, slower.",
        ["heap-footprint"] = "what is lost is lost to lengths rounded up to 64 bytes and to holes between pieces that do not move; a bin is a thirty-second of a power of two wide. OffsetAllocator needs 1.15 for this trace, TLSF 1.11.",
        ["heap-cached-footprint"] = "pieces in the caches are not free for others. Tried: 128 KiB a list (1.24), lists of 8 pieces (1.22), lists of 32 KiB (1.17, a tenth slower).",
        ["heap-align-4096"] = "a run is split in three where a plain piece splits it in two, and more than one run is looked at. Tried: looking at runs that are not likely to hold an aligned place, too (2.1); three runs of the next bin in place of one (1.9 to 2.0).",
        ["ring-qd1"] = "a command moves three lines between the cores, submission, doorbell and completion, where the ping-pong moves one there and back. Tried: a pause between two looks as in the peer (1.9), Thread.SpinWait(0) (1.9), none (1.5 to 1.8), which it is now.",
        ["ring-qd32"] = "the driver keeps head, tail and counts in memory between two calls, the peer in registers for all of its run. Tried: places kept in locals during a burst, which took a tenth; messages of errors moved out of the hot methods.",
        ["gather-large"] = "about 100 ns are the mapping's own: a slot, a block, the hold on buffer and chain, counts, one completion; the first atomic instruction after the copy waits for its stores. "
            + "Done: gates that lean to their thread in place of exchanges; a copy of the library's own, since the runtime's calls the C library for each fragment (1.22 to 1.26).",
        ["gather-small"] = "each fragment is looked up where it lies, before it is copied. Tried: asking once for fragments of one buffer, which is how it is now.",
        ["map-direct"] = "three atomic instructions are left: hold and release of the buffer, and the mapping's one end; the peer has none. Tried: gates that lean to their thread in place of exchanges for slots and counts, and no look at map registers where none are needed (3.0 before).",
        ["mix-float"] = "both sides load the same bytes, and on a processor without AVX-512 loads are the limit: eight streams and the sums are a little more than the first cache, and which lines stay there differs from run to run (0.84 to 1.05). Tried: two sums side by side in place of four (1.0 to 1.1), six and eight (the same), fetching ahead (15 % slower).",
        ["mix-s16"] = "ours keeps the unsaturated sums besides, and so writes three times as many bytes as the peer, whose multiply-adds are the same in the same width. Done: sums and samples in one pass. Not to be had: sums kept in 16 bits, which would not be exact.",
        ["mix-s16-gcc"] = "ours keeps the unsaturated sums besides, and so writes more than the peer.",
    };

    /// <summary>The reason for a row, or an error that asks for one.</summary>
    public static string Of(string id) => s_reasons.TryGetValue(id, out string? reason) ? reason : "";

    /// <summary>Refuses rows with an aim and without a reason.</summary>
    public static void Require(Row row)
    {
        if (row.Aim != 0 && row.Missed.Length == 0) throw new InvalidOperationException($"Row {row.Id} has an aim, and nothing says why it may be missed and what was tried: write it in WhyMissed.");
    }
}
