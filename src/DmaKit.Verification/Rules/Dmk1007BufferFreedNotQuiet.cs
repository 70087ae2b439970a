namespace DmaKit.Verification;

/// <summary>Advice: a common buffer was disposed while its device was not known to be quiet.</summary>
internal sealed class Dmk1007BufferFreedNotQuiet : VerifierRule
{
    /// <inheritdoc/>
    public override string Id => "DMK1007";

    /// <inheritdoc/>
    public override string Name => "buffer-freed-not-quiet";

    /// <inheritdoc/>
    public override string Meaning => "A common buffer was disposed although the device was told of registers since it was last known to be quiet. Nothing is reused, but the memory stays in quarantine until the device is quiet. Told with VerifierOptions.Advice only: a driver whose device does not stop does right to leave its memory behind.";

    /// <inheritdoc/>
    public override string Cause => "The driver stops its device and does not say so, or disposes its buffers before it stops the device.";

    /// <inheritdoc/>
    public override string Mend => "Stop or reset the device, call DmaAdapter.DeclareQuiet (or CommonBuffer.DeclareQuiet where the stop covers that buffer only), then dispose.";

    internal override void OnFreed(VerifierBooks books, BufferRecord buffer, bool quarantined)
    {
        // What is in use, and what the adapter's disposal found, is told by others.
        if (!books.Options.Advice || !quarantined || buffer.Buffer.IsInUse || buffer.Buffer.Adapter.IsDisposed) return;
        books.Report(
            this, buffer.Name, $"disposed while device {buffer.Device} was not known to be quiet: its {buffer.Range.Length} bytes are in quarantine.", buffer.Origin);
    }
}
