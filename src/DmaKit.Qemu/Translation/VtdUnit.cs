using DmaKit.Native;
using DmaKit.Platforms;

namespace DmaKit.Qemu;

/// <summary>The machine's VT-d unit: its tables, its queue of invalidations, its record of faults.</summary>
/// <remarks>
/// Register offsets from Intel's VT-d specification. Safe from any thread. Invalidation goes through the queue only: with the queue on, QEMU
/// refuses the registers for it.
/// </remarks>
internal sealed class VtdUnit
{
    private const ulong Registers = 0xFED9_0000;
    private const int GlobalCommand = 0x18, GlobalStatus = 0x1C, RootTable = 0x20, FaultStatus = 0x34;
    private const int QueueTail = 0x88, QueueAddress = 0x90, FaultLow = 0x220, FaultHigh = 0x228;
    private const uint TranslationOn = 1u << 31, SetRoot = 1u << 30, QueueOn = 1u << 26;
    private const uint FaultPending = 2, FaultOverflow = 1;
    private const ulong Present = 1, FourLevels = 2;
    private const int QueueEntries = 256, EntryShift = 4;

    // What goes into the queue: forget contexts, forget translations, tell by a store when all before is done.
    private const ulong ForgetContexts = 1 | (1 << 4);
    private const ulong ForgetDomain = 2 | (2 << 4), ForgetPages = 2 | (3 << 4);
    private const ulong Tell = 5 | (1 << 5);
    private const int DomainShift = 16, DataShift = 32;

    // The largest block of pages that one entry can name is 2 to the power of this many.
    private const int LargestMask = 18;

    private readonly Lock _gate = new();
    private readonly QtestClient _client;
    private readonly VtdPages _pages;
    private readonly long _contexts;
    private readonly long _queue;
    private readonly long _told;
    private int _tail;
    private uint _count;
    private ushort _lastDomain;

    /// <summary>Switches translation on. Until a function has an address space, whatever it transfers is refused.</summary>
    internal VtdUnit(QtestClient client, MachineMemory memory)
    {
        _client = client;
        _pages = new VtdPages(memory);
        long root = _pages.Take();
        _contexts = _pages.Take();
        _queue = _pages.Take();
        _told = _pages.Take();

        // One bus, bus 0.
        _pages.Write(root, 0, VtdPages.Address(_contexts) | Present);
        client.Write(Registers + RootTable, 8, VtdPages.Address(root));
        Command(SetRoot, SetRoot);
        client.Write(Registers + QueueTail, 8, 0);
        client.Write(Registers + QueueAddress, 8, VtdPages.Address(_queue));
        Command(QueueOn, QueueOn);
        Command(QueueOn | TranslationOn, QueueOn | TranslationOn);
    }

    /// <summary>Makes an address space for a function, with nothing in it.</summary>
    /// <param name="sourceId">Who it is on the bus: device by 8 plus function.</param>
    internal VtdTables AddSpace(ushort sourceId)
    {
        lock (_gate)
        {
            var tables = new VtdTables(this, _pages, ++_lastDomain);
            _pages.Write(_contexts, (sourceId * 2) + 1, ((ulong)tables.Domain << 8) | FourLevels);
            _pages.Write(_contexts, sourceId * 2, VtdPages.Address(tables.Root) | Present);
            Enqueue(ForgetContexts, 0);
            Finish();
            return tables;
        }
    }

    /// <summary>Returns when the IOMMU does not use what it may remember of these pages.</summary>
    internal void Forget(ushort domain, long page, long count)
    {
        // Blocks of a power of two, each naturally aligned; beyond so many it is cheaper to forget the whole address space.
        const int MostBlocks = 16;
        lock (_gate)
        {
            Span<(long Page, int Mask)> blocks = stackalloc (long, int)[MostBlocks];
            int used = 0;
            for (long at = page, left = count; left > 0 && used <= MostBlocks; used++)
            {
                int mask = Math.Min(LargestMask, Math.Min(System.Numerics.BitOperations.TrailingZeroCount(at), System.Numerics.BitOperations.Log2((ulong)left)));
                if (used < MostBlocks) blocks[used] = (at, mask);
                at += 1L << mask;
                left -= 1L << mask;
            }

            if (used > MostBlocks) Enqueue(ForgetDomain | ((ulong)domain << DomainShift), 0);
            else foreach ((long at, int mask) in blocks[..used])
                Enqueue(ForgetPages | ((ulong)domain << DomainShift), VtdPages.Address(at) | (uint)mask);
            Finish();
        }
    }

    /// <summary>Takes the fault that the unit has recorded, if there is one. It keeps one at a time.</summary>
    /// <param name="sourceId">Whose transfer it was.</param>
    /// <param name="fault">What was refused; its device is for the caller to fill in.</param>
    internal bool TryTakeFault(out ushort sourceId, out DmaFault fault)
    {
        sourceId = 0;
        fault = null!;
        var status = (uint)_client.Read(Registers + FaultStatus, 4);
        if ((status & FaultOverflow) != 0) _client.Write(Registers + FaultStatus, 4, FaultOverflow);
        if ((status & FaultPending) == 0) return false;
        ulong high = _client.Read(Registers + FaultHigh, 8);
        if (high >> 63 == 0) return false;
        ulong low = _client.Read(Registers + FaultLow, 8);

        // The topmost bit gives the record free for the next one.
        _client.Write(Registers + FaultHigh + 4, 4, 1u << 31);
        sourceId = (ushort)high;
        bool isRead = (high >> 62 & 1) != 0;
        fault = new DmaFault("", new LogicalAddress(low & ~(ulong)(PhysicalMemory.PageSize - 1)), 0, !isRead, Reason((int)(high >> 32 & 0xFF)));
        return true;
    }

    // Reasons by number, from the specification's table of fault conditions.
    private static string Reason(int number) => number switch
    {
        1 => "VT-d has no root entry for that bus",
        2 => "VT-d has no context entry for that function",
        3 => "VT-d's context entry makes no sense",
        4 => "the address is wider than the function's address space",
        5 => "VT-d has no translation for writing that page",
        6 => "VT-d has no translation for reading that page",
        7 => "VT-d cannot read the page table",
        _ => $"VT-d refused it for reason {number}",
    };

    private void Command(uint command, uint expected)
    {
        _client.Write(Registers + GlobalCommand, 4, command);
        var status = (uint)_client.Read(Registers + GlobalStatus, 4);
        if ((status & expected) != expected)
            throw new DeviceLostException($"QEMU's VT-d unit was told 0x{command:X8} and says 0x{status:X8}; it should have set 0x{expected:X8}.");
    }

    private void Enqueue(ulong low, ulong high)
    {
        _pages.Write(_queue, _tail * 2, low);
        _pages.Write(_queue, (_tail * 2) + 1, high);
        _tail = (_tail + 1) % QueueEntries;
    }

    /// <summary>Has the queue worked off, and waits for the word that tells so.</summary>
    private void Finish()
    {
        _count++;
        Enqueue(Tell | ((ulong)_count << DataShift), VtdPages.Address(_told));
        Fence.Publish();
        _client.Write(Registers + QueueTail, 8, (ulong)_tail << EntryShift);

        // QEMU works the queue off before it answers.
        _client.Flush();
        Fence.Acquire();
        if ((uint)_pages.Read(_told, 0) != _count)
            throw new DeviceLostException("QEMU's VT-d unit did not confirm an invalidation.");
    }
}
