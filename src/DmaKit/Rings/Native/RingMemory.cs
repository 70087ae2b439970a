using System.Runtime.CompilerServices;

namespace DmaKit.Native;

/// <summary>The entries of a ring, in the common buffer that the device was told about.</summary>
/// <remarks>Not checked again here: the ring above keeps its positions below the number of entries. Its pages stay mapped until the platform closes.</remarks>
internal readonly unsafe struct RingMemory<T> where T : unmanaged
{
    private readonly byte* _first;
    private readonly int _flag;
    private readonly byte _mask;

    /// <param name="buffer">Where the entries lie, from its start.</param>
    /// <param name="flag">The bit that tells whose an entry is; within an entry, which the ring has checked.</param>
    internal RingMemory(CommonBuffer buffer, RingBit flag)
    {
        // SAFETY: owner: the common buffer, whose pages stay mapped until the platform closes, also after its disposal.
        _first = (byte*)buffer.Host;
        _flag = flag.Offset;
        _mask = flag.Mask;
    }

    /// <summary>Entries in place.</summary>
    // SAFETY: bounds: index and count are the ring's, within its number of entries; thread: the ring's writer.
    internal Span<T> Entries(int index, int count) => new(_first + ((nint)index * sizeof(T)), count);

    /// <summary>An entry in place.</summary>
    // SAFETY: as in Entries.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ref T At(int index) => ref Unsafe.AsRef<T>(_first + ((nint)index * sizeof(T)));

    /// <summary>Whether an entry's bit is set; what lies in the entry is loaded after it.</summary>
    // SAFETY: as in Entries; a byte is read as one access.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool IsSet(int index) => (Volatile.Read(ref _first[((nint)index * sizeof(T)) + _flag]) & _mask) != 0;

    /// <summary>Sets an entry's bit; what was stored into the entry is seen before it.</summary>
    // SAFETY: as in Entries; the byte is the driver's until the bit is set.
    internal void Set(int index)
    {
        byte* at = _first + ((nint)index * sizeof(T)) + _flag;
        Volatile.Write(ref *at, (byte)(*at | _mask));
    }

    /// <summary>Stores a value with its owner bit clear: a device that looks before the bit is set by itself must not find it set by the value.</summary>
    // SAFETY: as in Set; the copy is the caller's own stack.
    internal void Fill(int index, T value, RingBit owner)
    {
        ((byte*)&value)[owner.Offset] &= (byte)~owner.Mask;
        At(index) = value;
    }

    /// <summary>Sets or clears another bit of an entry that is the driver's.</summary>
    // SAFETY: as in Set.
    internal void Change(int index, RingBit bit, bool set)
    {
        byte* at = _first + ((nint)index * sizeof(T)) + bit.Offset;
        *at = (byte)(set ? *at | bit.Mask : *at & ~bit.Mask);
    }
}
