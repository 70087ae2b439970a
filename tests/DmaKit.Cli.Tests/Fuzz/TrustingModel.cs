using System.Buffers.Binary;
using DmaKit.Devices;

namespace DmaKit.Cli.Tests;

/// <summary>The known-buggy twin of a device model: 16 bytes of registers, of which the first starts something, and one defect.</summary>
internal sealed class TrustingModel(ModelDefect defect) : DeviceModel
{
    private readonly uint[] _registers = new uint[4];
    private readonly byte[] _link = new byte[4];

    public override DeviceIdentity Identity { get; } = new() { VendorId = 0xDA0A, DeviceId = 0x7777, ClassCode = 0x088000, Description = "twin", Bars = [new BarSpecification(0, 16)] };

    public override DeviceCounters Counters => default;

    public override ulong Read(int bar, long offset, int size) => size == 4 ? _registers[offset / 4] : 0;

    public override void Write(int bar, long offset, int size, ulong value)
    {
        if (size != 4) return;
        _registers[offset / 4] = (uint)value;
        if (offset == 0) Start((uint)value);
    }

    public override void Reset()
    {
        Port.CancelWork();
        if (defect != ModelDefect.ForgetsToReset) Array.Clear(_registers);
    }

    private void Start(uint value)
    {
        switch (defect)
        {
            case ModelDefect.NeverRests:
                Port.Defer(Again);
                break;
            case ModelDefect.FollowsLinks:
                uint at = value;
                while (at != 0 && Port.TryRead(new LogicalAddress(at & ~3u), _link)) at = BinaryPrimitives.ReadUInt32LittleEndian(_link);
                break;
            case ModelDefect.TrustsIndex:
                _registers[value]++;
                break;
            case ModelDefect.TrustsLength:
                GC.KeepAlive(new byte[Math.Min(value, 64u << 20)]);
                break;
        }
    }

    private void Again() => Port.Defer(Again);
}
