using DmaKit.Native;

namespace DmaKit.Emulation;

/// <summary>
/// The MSI-X table and pending bits of a function, in a base address register of their own. PCI 3.0, 6.8.2: sixteen bytes for each
/// vector (address, data, control whose bit 0 masks it), then one pending bit for each.
/// </summary>
/// <remarks>Safe from any thread.</remarks>
internal sealed class MessageTable(int vectors, Action<int> unmasked)
{
    private const int EntryLength = 16;
    private const int ControlOffset = 12;

    private readonly Lock _gate = new();
    private readonly byte[] _entries = new byte[vectors * EntryLength];
    private readonly bool[] _pending = new bool[vectors];

    /// <summary>Where the pending bits start.</summary>
    internal static int PendingOffset(int vectors) => (vectors * EntryLength + PhysicalMemory.PageSize - 1) & -PhysicalMemory.PageSize;

    /// <summary>How long the register must be.</summary>
    internal static long LengthFor(int vectors) => (long)System.Numerics.BitOperations.RoundUpToPowerOf2((ulong)PendingOffset(vectors) + PhysicalMemory.PageSize);

    /// <summary>A message is to be sent.</summary>
    /// <returns>Whether it goes out; else it is pending until the driver clears the mask bit.</returns>
    internal bool TrySend(int vector)
    {
        lock (_gate)
        {
            bool masked = (_entries[vector * EntryLength + ControlOffset] & 1) != 0;
            _pending[vector] = masked;
            return !masked;
        }
    }

    internal void Reset()
    {
        lock (_gate)
        {
            Array.Clear(_entries);
            Array.Clear(_pending);
        }
    }

    internal ulong Read(long offset, int size)
    {
        lock (_gate)
        {
            ulong value = 0;
            for (int i = size - 1; i >= 0; i--) value = value << 8 | ByteAt(offset + i);
            return value;
        }
    }

    internal void Write(long offset, int size, ulong value)
    {
        if (offset + size > _entries.Length) return;
        int vector = (int)(offset / EntryLength);
        bool send;
        lock (_gate)
        {
            for (int i = 0; i < size; i++) _entries[offset + i] = (byte)(value >> (8 * i));
            send = _pending[vector] && (_entries[vector * EntryLength + ControlOffset] & 1) == 0;
            if (send) _pending[vector] = false;
        }

        if (send) unmasked(vector);
    }

    private byte ByteAt(long offset)
    {
        if (offset < _entries.Length) return _entries[offset];
        long first = (offset - PendingOffset(vectors)) * 8;
        int bits = 0;
        for (int i = 0; i < 8; i++)
            if (first >= 0 && first + i < vectors && _pending[first + i]) bits |= 1 << i;
        return (byte)bits;
    }
}
