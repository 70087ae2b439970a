using DmaKit.Devices;

namespace DmaKit.Emulation;

/// <summary>A device that lies: what it answers from a chosen register is rewritten.</summary>
/// <param name="inner">The device.</param>
/// <param name="bar">The number of the base address register.</param>
/// <param name="offset">The register's offset.</param>
/// <param name="rewrite">From the true value to the one that the program reads. It runs in the device's turn.</param>
public sealed class ReplyTamperer(DeviceModel inner, int bar, long offset, Func<ulong, ulong> rewrite) : DeviceInterposer(inner)
{
    /// <inheritdoc/>
    protected override ulong OnRead(int readBar, long readOffset, int size)
    {
        ulong value = base.OnRead(readBar, readOffset, size);
        return readBar == bar && readOffset == offset ? rewrite(value) : value;
    }
}
