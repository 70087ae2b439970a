using DmaKit.Platforms;

namespace DmaKit.Emulation;

/// <summary>The configuration space as the program sees it: all ones once the device is gone.</summary>
internal sealed class FunctionConfigSpace(PciSlot slot) : PciConfigSpace
{
    public override int Length => slot.Config.Length;

    protected override uint ReadCore(int offset, int size) =>
        slot.Host.IsLost ? uint.MaxValue >> (32 - (8 * size)) : slot.ReadConfiguration(offset, size);

    protected override void WriteCore(int offset, int size, uint value)
    {
        if (!slot.Host.IsLost) slot.Config.Write(offset, size, value);
    }
}
