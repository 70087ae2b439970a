namespace DmaKit;

/// <summary>What gives out pieces of common buffers: a block pool, a heap, a command pool. Observers are told of it.</summary>
public interface IPieceOwner
{
    /// <summary>Its name, for pictures, reports and messages.</summary>
    string Name { get; }

    /// <summary>The adapter whose common buffers the pieces lie in.</summary>
    DmaAdapter Adapter { get; }

    /// <summary>Whether the device only reads a piece between post and completion, so that its bytes must come back as they were posted.</summary>
    bool DeviceOnlyReads => false;

    /// <summary>How many bytes a piece takes up to where the next one may start: its own, and those behind it that are nobody's.</summary>
    /// <param name="length">The piece's length in bytes.</param>
    long TakenBy(long length) => length;
}
