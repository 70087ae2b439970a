namespace DmaKit.Devices;

/// <summary>What can be chosen of an <see cref="EduDevice"/>.</summary>
public sealed record EduOptions
{
    /// <summary>
    /// What every bus address is ANDed with: the address lines that the device has. Without a word it cuts what it cannot
    /// reach, so that a driver which ignores the limit moves the wrong memory. The default has 28 bits.
    /// </summary>
    public ulong DmaMask { get; init; } = 0x0FFF_FFFF;

    /// <summary>How long a transfer takes by the port's clock, zero or more. The default is 100 ms, as in QEMU.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    public TimeSpan TransferDelay
    {
        get;
        init => field = value >= TimeSpan.Zero
            ? value
            : throw new ArgumentOutOfRangeException(nameof(TransferDelay), value, $"TransferDelay is {value}; legal: zero or more.");
    } = TimeSpan.FromMilliseconds(100);
}
