namespace DmaKit.Devices;

/// <summary>The lock before the diagnostic register: it opens after the keys 4, B, 2, 7, D, and any other write closes it.</summary>
internal sealed class DiagnosticLock
{
    private int _matched;

    public bool IsOpen => _matched == 5;

    public void Write(uint value)
    {
        uint key = value & 0xF;
        uint expected = _matched switch
        {
            0 => 0x4,
            1 => 0xB,
            2 => 0x2,
            3 => 0x7,
            4 => 0xD,
            _ => uint.MaxValue,
        };
        _matched = key == expected ? _matched + 1 : key == 0x4 ? 1 : 0;
    }

    public void Close() => _matched = 0;
}
