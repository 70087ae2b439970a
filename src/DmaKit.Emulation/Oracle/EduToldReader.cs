namespace DmaKit.Emulation;

/// <summary>What an edu device is told: one place in memory. It has it until the driver acknowledged the transfer's interrupt.</summary>
internal sealed class EduToldReader : ToldReader
{
    private const uint Transfer = 0;
    private const ulong Mask = 0x0FFF_FFFF;

    private ulong _source;
    private ulong _destination;
    private uint _count;

    internal override void Write(OracleTap tap, int bar, long offset, int size, ulong value)
    {
        switch (offset)
        {
            case 0x64 when (value & 0x100) != 0:
                tap.Ledger.Release(Transfer);
                break;
            case 0x80:
                _source = value;
                break;
            case 0x88:
                _destination = value;
                break;
            case 0x90:
                _count = (uint)value;
                break;
            case 0x98 when (value & 1) != 0:
                bool toMemory = (value & 2) != 0;
                tap.Tell(Transfer, (toMemory ? _destination : _source) & Mask, _count, toMemory);
                break;
        }
    }
}
