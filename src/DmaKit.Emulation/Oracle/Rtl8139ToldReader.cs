namespace DmaKit.Emulation;

/// <summary>What an RTL8139 is told to write: its receive ring, which it has until its reset.</summary>
internal sealed class Rtl8139ToldReader : ToldReader
{
    private const uint Ring = 0;

    // What may run on behind a ring that does not wrap.
    private const uint Overrun = 16 + 1500;

    private uint _start;

    internal override void Write(OracleTap tap, int bar, long offset, int size, ulong value)
    {
        switch (offset)
        {
            case 0x30:
                _start = (uint)value;
                break;
            case 0x37 when (value & 0x10) != 0:
                tap.Ledger.Release(Ring);
                break;
            case 0x44 when _start != 0:
                tap.Ledger.Release(Ring);
                tap.Tell(Ring, _start, (8192u << (int)(value >> 11 & 3)) + Overrun, writes: true);
                break;
        }
    }
}
