namespace DmaKit.Emulation;

/// <summary>A write to memory is left out, and the device goes on as if it were done.</summary>
internal sealed class SkippedWrite : DeviceFault
{
    public override bool TakesWrite(LogicalAddress address, ReadOnlySpan<byte> source) => Strikes();
}
