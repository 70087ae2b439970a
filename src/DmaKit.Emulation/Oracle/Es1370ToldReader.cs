namespace DmaKit.Emulation;

/// <summary>What an ES1370 is told to write: the ring of its ADC, which it has as long as the converter runs.</summary>
internal sealed class Es1370ToldReader : ToldReader
{
    private const uint Ring = 0, AdcPage = 0xD, AdcEnable = 0x10;

    private uint _page;
    private uint _start;
    private uint _count;
    private bool _runs;

    internal override void Write(OracleTap tap, int bar, long offset, int size, ulong value)
    {
        uint word = (uint)value;
        switch (offset)
        {
            case 0x0C:
                _page = word & 0xF;
                break;
            case 0x30 when _page == AdcPage:
                _start = word;
                break;
            case 0x34 when _page == AdcPage:
                _count = word & 0xFFFF;
                break;
            case 0x00:
                bool runs = (word & AdcEnable) != 0;
                if (runs && !_runs) tap.Tell(Ring, _start, (_count + 1) * 4, writes: true);
                if (!runs) tap.Ledger.Release(Ring);
                _runs = runs;
                break;
        }
    }

    internal override void Reset(OracleTap tap) => _runs = false;
}
