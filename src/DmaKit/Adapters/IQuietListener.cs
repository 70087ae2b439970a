namespace DmaKit;

/// <summary>What must know when an adapter's device is known to touch no memory any more.</summary>
internal interface IQuietListener
{
    /// <summary>The device is quiet; called outside every lock of the library.</summary>
    /// <param name="proof">How that is known.</param>
    void BecameQuiet(QuietProof proof);

    /// <summary>The device does not let go of what it has, and cannot be made to; called outside every lock of the library.</summary>
    void BecameStuck();
}
