using DmaKit.Devices;

namespace DmaKit.Cli;

/// <summary>
/// A disk image that remembers why it failed first. The disk turns every failure into a medium error, which is all that a driver can
/// know; the person at the terminal wants to hear that the file system is full.
/// </summary>
internal sealed class WatchedImage(DiskImage inner) : DiskImage
{
    private Exception? _failure;

    public override long Length => inner.Length;

    public override bool IsReadOnly => inner.IsReadOnly;

    /// <summary>The first failure, or null.</summary>
    internal Exception? Failure => _failure;

    public override void Read(long offset, Span<byte> destination)
    {
        try
        {
            inner.Read(offset, destination);
        }
        catch (Exception e) when (Note(e))
        {
            throw;
        }
    }

    public override void Write(long offset, ReadOnlySpan<byte> source)
    {
        try
        {
            inner.Write(offset, source);
        }
        catch (Exception e) when (Note(e))
        {
            throw;
        }
    }

    public override void Flush()
    {
        try
        {
            inner.Flush();
        }
        catch (Exception e) when (Note(e))
        {
            throw;
        }
    }

    protected override void Dispose(bool disposing) => inner.Dispose();

    private bool Note(Exception failure)
    {
        Interlocked.CompareExchange(ref _failure, failure, null);
        return false;
    }
}
