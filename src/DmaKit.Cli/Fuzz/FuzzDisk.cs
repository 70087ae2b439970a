using DmaKit.Devices;

namespace DmaKit.Cli;

/// <summary>A small disk image of zeros that can be had back as it was.</summary>
/// <param name="length">The length in bytes.</param>
/// <param name="isReadOnly">Whether writes are refused.</param>
internal sealed class FuzzDisk(int length, bool isReadOnly) : DiskImage
{
    private readonly byte[] _bytes = new byte[length];
    private bool _written;

    public override long Length => length;

    public override bool IsReadOnly => isReadOnly;

    public override void Read(long offset, Span<byte> destination) => _bytes.AsSpan((int)offset, destination.Length).CopyTo(destination);

    public override void Write(long offset, ReadOnlySpan<byte> source)
    {
        if (isReadOnly) throw new UnauthorizedAccessException("The disk is read-only.");
        _written = true;
        source.CopyTo(_bytes.AsSpan((int)offset, source.Length));
    }

    public override void Flush()
    {
    }

    /// <summary>Zeros again.</summary>
    internal void Clear()
    {
        if (_written) Array.Clear(_bytes);
        _written = false;
    }
}
