namespace DmaKit.Devices;

/// <summary>What a device model counted of its own work: an independent witness of what a driver did.</summary>
/// <param name="Commands">Commands taken from the driver and finished.</param>
/// <param name="Doorbells">Register writes that told the device to look at memory.</param>
/// <param name="Interrupts">Interrupts raised: rising edges of the line, or messages sent.</param>
public readonly record struct DeviceCounters(long Commands, long Doorbells, long Interrupts);
