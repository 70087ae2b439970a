namespace DmaKit.Devices;

/// <summary>What the doorbell's low half says in the fault state. Sources: measurements on QEMU's model; the public MPI 1.5 headers from 0x8000 on.</summary>
internal static class FusionFault
{
    /// <summary>A word too many for a queue, or a reply that needs a frame when none is free.</summary>
    public const uint NoResources = 0x0006;

    /// <summary>A request was posted to an adapter that is not operational.</summary>
    public const uint InvalidState = 0x0008;

    /// <summary>A request frame could not be read.</summary>
    public const uint RequestFrameRefused = 0x8112;

    /// <summary>A reply frame could not be written.</summary>
    public const uint ReplyFrameRefused = 0x8114;
}
