using DmaKit.Native;

namespace DmaKit.Tests;

/// <summary>The copy of a request's fragments: every byte, and no other, wherever they start and end.</summary>
public sealed class FragmentCopyTests
{
    private const int Margin = 64;

    private delegate void Copier(ReadOnlyMemory<byte> from, Span<byte> to);

    [Fact]
    public void K1_Every_byte_of_a_fragment_is_copied_and_no_other()
    {
        // Around the lengths where the way of copying changes, around whole vectors and groups of them, and some of no roundness at all.
        int[] lengths = [1, 31, 32, 33, .. Enumerable.Range(510, 135), 1023, 1024, 1025, 1500, 2047, 2048, 2049, 4095, 4096, 4097, 9000, 65535, 65536, 65537];
        foreach (int length in lengths)
        {
            for (int offset = 0; offset < 33; offset += length > 8000 ? 11 : 1)
                Assert.Null(Wrong(length, offset, offset * 7 % 33, (from, to) => FragmentMemory.Gather([FragmentMemory.Of(from)], to)));
        }
    }

    [Fact]
    public void K1_The_same_test_catches_a_copy_that_forgets_the_last_bytes() =>
        Assert.NotNull(Wrong(600, 3, 5, static (from, to) => from.Span[..(600 & ~31)].CopyTo(to)));

    [Fact]
    public void K1_The_same_test_catches_a_copy_that_starts_at_a_whole_vector() =>
        Assert.NotNull(Wrong(600, 3, 5, static (from, to) => from.Span[27..].CopyTo(to[27..])));

    /// <summary>What is wrong with a copy, or null.</summary>
    private static string? Wrong(int length, int fromOffset, int toOffset, Copier copy)
    {
        byte[] source = new byte[length + (3 * Margin)];
        byte[] target = new byte[length + (3 * Margin)];
        for (int i = 0; i < source.Length; i++) source[i] = (byte)(1 + (i % 251));
        copy(source.AsMemory(Margin + fromOffset, length), target.AsSpan(Margin + toOffset, length));
        ReadOnlySpan<byte> got = target;
        if (!got.Slice(Margin + toOffset, length).SequenceEqual(source.AsSpan(Margin + fromOffset, length))) return $"{length} bytes from {fromOffset} to {toOffset} differ.";
        return got[..(Margin + toOffset)].ContainsAnyExcept((byte)0) || got[(Margin + toOffset + length)..].ContainsAnyExcept((byte)0)
            ? $"{length} bytes from {fromOffset} to {toOffset}: others were written."
            : null;
    }
}
