using DmaKit.Devices;

namespace DmaKit.Emulation.Tests;

/// <summary>A device that a test plays itself: registers that remember, and its port in the open.</summary>
internal sealed class ProbeDevice(DeviceIdentity? identity = null) : DeviceModel
{
    private readonly Dictionary<(int Bar, long Offset), ulong> _registers = [];

    public override DeviceIdentity Identity { get; } = identity ?? NewIdentity();

    public override DeviceCounters Counters => new(0, Writes, 0);

    public DevicePort Host => Port;

    public int Writes { get; private set; }

    public int Resets { get; private set; }

    public bool IsClosed { get; private set; }

    /// <summary>Called for every register write, in the device's turn.</summary>
    public Action<long, ulong>? Written { get; set; }

    public static DeviceIdentity NewIdentity() => new()
    {
        VendorId = 0x1AF4,
        DeviceId = 0x0001,
        ClassCode = 0x0A0B0C,
        Revision = 3,
        Description = "probe",
        Bars = [new BarSpecification(0, 4096), new BarSpecification(1, 256, IsIo: true), new BarSpecification(2, 1 << 16, Is64Bit: true)],
    };

    public override ulong Read(int bar, long offset, int size) => _registers.GetValueOrDefault((bar, offset));

    public override void Write(int bar, long offset, int size, ulong value)
    {
        Writes++;
        _registers[(bar, offset)] = value;
        Written?.Invoke(offset, value);
    }

    public override void Reset()
    {
        Resets++;
        _registers.Clear();
    }

    protected override void Dispose(bool disposing) => IsClosed = true;
}
