using DmaKit.Devices;

namespace DmaKit.Tests;

/// <summary>A device without registers that lets a test move memory as a device does: by logical address, through the port.</summary>
internal sealed class ProbeDevice : DeviceModel
{
    public override DeviceIdentity Identity { get; } = new()
    {
        VendorId = 0x1234,
        DeviceId = 0x0001,
        ClassCode = 0x088000,
        Description = "probe",
        Bars = [new BarSpecification(0, 4096)],
        HasFunctionReset = true,
    };

    public override DeviceCounters Counters => default;

    public bool Fetch(LogicalAddress address, Span<byte> destination) => Port.TryRead(address, destination);

    public bool Store(LogicalAddress address, ReadOnlySpan<byte> source) => Port.TryWrite(address, source);

    public override ulong Read(int bar, long offset, int size) => 0;

    public override void Write(int bar, long offset, int size, ulong value)
    {
    }

    public override void Reset()
    {
    }
}
