using DmaKit.Platforms;

namespace DmaKit.Qemu;

/// <summary>A function's configuration space. A conventional function has 256 bytes of it.</summary>
internal sealed class QemuConfigSpace(ConfigAccess config, int slot, int length) : PciConfigSpace
{
    public override int Length => length;

    protected override uint ReadCore(int offset, int size) => config.Read(slot, offset, size);

    protected override void WriteCore(int offset, int size, uint value) => config.Write(slot, offset, size, value);
}
