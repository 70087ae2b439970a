using System.Buffers.Binary;
using DmaKit.Devices;
using DmaKit.Emulation;

namespace DmaKit.Cli;

/// <summary>
/// The planted bug <c>double-tag</c>: completions without a check of generations. A tag of the mailbox that comes a second time is turned into the one
/// that its packet has now, as a driver would take it that looked at the packet's number alone.
/// </summary>
internal sealed class CredulousTags(DeviceModel inner) : DeviceInterposer(inner)
{
    private const int ContextOffset = 4;

    private readonly Dictionary<uint, ulong> _packetOf = [];
    private readonly Dictionary<ulong, uint> _tagNow = [];
    private readonly HashSet<uint> _returned = [];
    private uint _high;

    protected override void OnWrite(int bar, long offset, int size, ulong value)
    {
        if (offset == 0x14) _high = (uint)value;
        if (offset == 0x10)
        {
            Span<byte> context = stackalloc byte[4];
            ulong packet = size == 8 ? value : (ulong)_high << 32 | value;
            if (Port.TryRead(new LogicalAddress(packet + ContextOffset), context))
            {
                uint tag = BinaryPrimitives.ReadUInt32LittleEndian(context);
                _packetOf[tag] = packet;
                _tagNow[packet] = tag;
                _returned.Remove(tag);
            }
        }

        base.OnWrite(bar, offset, size, value);
    }

    protected override ulong OnRead(int bar, long offset, int size)
    {
        ulong value = base.OnRead(bar, offset, size);
        uint tag = (uint)value;
        if (offset != 0x18 || tag == uint.MaxValue) return value;
        return _returned.Add(tag) || !_packetOf.TryGetValue(tag, out ulong packet) ? value : _tagNow[packet];
    }
}
