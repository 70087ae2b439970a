namespace DmaKit.Emulation;

/// <summary>Reads from register accesses what a device is told of memory, and when it gives that back. As it stands it sees nothing.</summary>
internal class ToldReader
{
    /// <summary>A register is about to be written.</summary>
    internal virtual void Write(OracleTap tap, int bar, long offset, int size, ulong value)
    {
    }

    /// <summary>The program has read a register.</summary>
    internal virtual void Read(OracleTap tap, int bar, long offset, ulong value)
    {
    }

    /// <summary>The function was reset.</summary>
    internal virtual void Reset(OracleTap tap)
    {
    }
}
