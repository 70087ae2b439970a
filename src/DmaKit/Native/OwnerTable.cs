using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DmaKit.Native;

/// <summary>
/// Finds a pool or heap by the number that its handles carry. Handles hold numbers and no references, so that storing one costs no
/// write barrier and may be done in native memory; the table keeps a pool alive until it is disposed.
/// </summary>
/// <remarks>
/// Low 16 bits of a number are a place in the table, the rest counts how often the place was given: 65,536 times, then it is retired. Number 0
/// is nobody's, so that a default handle finds nothing. Lookup takes no lock.
/// </remarks>
internal sealed class OwnerTable
{
    private const int PlaceBits = 16;

    internal static readonly OwnerTable Pools = new();
    internal static readonly OwnerTable Heaps = new();

    private readonly Lock _gate = new();
    private readonly Stack<uint> _free = [];
    private object?[] _owners = new object?[64];
    private int _used;

    /// <summary>Where a number's owner stands in tables that are indexed by place.</summary>
    internal static int Place(uint id) => (int)(id & 0xFFFF);

    /// <summary>Gives out a number; <see cref="Set"/> puts the owner behind it.</summary>
    internal uint Reserve()
    {
        lock (_gate)
        {
            if (_free.TryPop(out uint id)) return id;
            if (_used >> PlaceBits != 0)
                throw new DmaResourceException("65,536 pools or heaps are open at once: dispose those that are not used any more.", 1, 0);
            if (_used == _owners.Length)
            {
                object?[] owners = _owners;
                Array.Resize(ref owners, owners.Length * 2);
                Volatile.Write(ref _owners, owners);
            }

            return (1u << PlaceBits) | (uint)_used++;
        }
    }

    internal void Set(uint id, object owner)
    {
        lock (_gate) Volatile.Write(ref _owners[Place(id)], owner);
    }

    /// <summary>Takes the owner away; handles that still carry its number find nobody from now on.</summary>
    internal void Remove(uint id)
    {
        lock (_gate)
        {
            _owners[Place(id)] = null;
            if (id >> PlaceBits != 0xFFFF) _free.Push(id + (1u << PlaceBits));
        }
    }

    /// <summary>Who stands at the place of <paramref name="id"/>; the caller compares the whole number.</summary>
    // SAFETY: each of the two tables holds one sealed type and nothing else, so that the cast is right; the place is compared
    // with the length of the array that was read once.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal T? Find<T>(uint id) where T : class
    {
        object?[] owners = _owners;
        uint place = id & 0xFFFF;
        return place < (uint)owners.Length
            ? Unsafe.As<T>(Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(owners), (nint)place))
            : null;
    }
}
