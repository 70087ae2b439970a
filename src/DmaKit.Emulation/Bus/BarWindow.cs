using DmaKit.Platforms;

namespace DmaKit.Emulation;

/// <summary>The registers behind a base address register of an open function. Every access is the device's turn.</summary>
internal sealed class BarWindow(EmulatedFunction function, PciSlot slot, AssignedBar bar, bool isTable) : RegisterWindow(function, bar.Number, bar.Length)
{
    private readonly EmulatedFunction _function = function;

    protected override ulong ReadCore(long offset, int size)
    {
        _function.ThrowIfClosed();
        if (!slot.Decodes(bar.IsIo)) return ulong.MaxValue >> (64 - (8 * size));
        return isTable ? slot.Table!.Read(offset, size) : slot.Host.ReadRegister(Bar, offset, size);
    }

    protected override void WriteCore(long offset, int size, ulong value)
    {
        _function.ThrowIfClosed();
        if (!slot.Decodes(bar.IsIo)) return;
        if (isTable) slot.Table!.Write(offset, size, value);
        else slot.Host.WriteRegister(Bar, offset, size, value);
    }
}
