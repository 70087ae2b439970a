namespace DmaKit.Devices.Tests;

/// <summary>An image whose chosen blocks cannot be read or written, and which counts what it was asked.</summary>
internal sealed class FaultyDiskImage(long blocks) : DiskImage
{
    private readonly byte[] _bytes = new byte[blocks * 512];

    public HashSet<long> Unreadable { get; } = [];

    public HashSet<long> Unwritable { get; } = [];

    public bool FlushFails { get; set; }

    public int Flushes { get; private set; }

    public int LongestRead { get; private set; }

    public bool Disposed { get; private set; }

    public override long Length => _bytes.Length;

    public override bool IsReadOnly => false;

    public override void Read(long offset, Span<byte> destination)
    {
        LongestRead = Math.Max(LongestRead, destination.Length);
        Check(Unreadable, offset, destination.Length);
        _bytes.AsSpan((int)offset, destination.Length).CopyTo(destination);
    }

    public override void Write(long offset, ReadOnlySpan<byte> source)
    {
        Check(Unwritable, offset, source.Length);
        source.CopyTo(_bytes.AsSpan((int)offset));
    }

    public override void Flush()
    {
        Flushes++;
        if (FlushFails) throw new IOException("The image cannot be flushed.");
    }

    protected override void Dispose(bool disposing) => Disposed = true;

    private static void Check(HashSet<long> bad, long offset, int length)
    {
        for (long block = offset / 512; block * 512 < offset + length; block++)
        {
            if (bad.Contains(block)) throw new IOException($"Block {block} is bad.");
        }
    }
}
