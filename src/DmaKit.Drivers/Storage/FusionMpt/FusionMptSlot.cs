namespace DmaKit.Drivers;

/// <summary>What the driver knows of one packet beyond what stands in it, where the device could change it.</summary>
/// <remarks>
/// Written by who rented the packet, before the doorbell; read by the handler and by recovery after it. Recovery that does not see a tag that came back this
/// moment aborts a command that the adapter has ended, which does nothing.
/// </remarks>
/// <param name="buffer">The common buffer that the packet lies in.</param>
/// <param name="senseOffset">Where in it its sense data goes, in bytes.</param>
internal sealed class FusionMptSlot(CommonBuffer buffer, long senseOffset)
{
    private uint _tag;
    private uint _returned;

    /// <summary>Bits 31 to 0 of where the sense data goes.</summary>
    public uint SenseLow { get; } = buffer.LogicalAt(senseOffset).LowHalf;

    /// <summary>The device that the command is for.</summary>
    public int Target { get; private set; }

    /// <summary>How many bytes of data it is for.</summary>
    public long Length { get; private set; }

    /// <summary>Which bring-up of the adapter it was posted in.</summary>
    public int Epoch { get; private set; }

    /// <summary>A command is about to be posted.</summary>
    public void Begin(CommandTag tag, int target, long length, int epoch)
    {
        (Target, Length, Epoch) = (target, length, epoch);
        _tag = tag.Wire;
    }

    /// <summary>The adapter gave the tag back.</summary>
    public void Return(CommandTag tag) => _returned = tag.Wire;

    /// <summary>Whether the adapter still has the command, as far as is known.</summary>
    public bool IsOut(CommandTag tag, int epoch) =>
        Interlocked.CompareExchange(ref _tag, 0, 0) == tag.Wire && Interlocked.CompareExchange(ref _returned, 0, 0) != tag.Wire && Epoch == epoch;

    /// <summary>The sense data, copied once.</summary>
    public SenseBytes ReadSense() => buffer.Read<SenseBytes>(senseOffset);
}
