using DmaKit.Devices;

namespace DmaKit.Emulation;

/// <summary>A device that does not hear chosen register writes: doorbells that lead nowhere, commands that are never answered.</summary>
/// <param name="inner">The device.</param>
/// <param name="drops">Which writes are lost: told register number, offset and value.</param>
public sealed class SilentDevice(DeviceModel inner, Func<int, long, ulong, bool> drops) : DeviceInterposer(inner)
{
    private long _dropped;

    /// <summary>Whether writes are lost now. From any thread.</summary>
    public bool Silent { get; set; } = true;

    /// <summary>How many writes were lost. From any thread.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <inheritdoc/>
    protected override void OnWrite(int bar, long offset, int size, ulong value)
    {
        if (Silent && drops(bar, offset, value)) Interlocked.Increment(ref _dropped);
        else base.OnWrite(bar, offset, size, value);
    }
}
