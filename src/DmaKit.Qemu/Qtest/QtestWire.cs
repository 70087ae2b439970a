namespace DmaKit.Qemu;

/// <summary>What carries the conversation with QEMU: bytes there and back. A test can be the other side.</summary>
/// <remarks>One thread sends at a time, and one receives.</remarks>
internal abstract class QtestWire : IDisposable
{
    /// <summary>Sends all of a command.</summary>
    internal abstract WireResult Send(ReadOnlySpan<byte> command);

    /// <summary>Waits for bytes.</summary>
    /// <returns>How many came; 0 when there is no other side any more.</returns>
    internal abstract int Receive(Span<byte> room);

    public abstract void Dispose();
}
