using DmaKit.Native;
using DmaKit.Platforms;

namespace DmaKit.Qemu;

/// <summary>
/// A function's message-signalled interrupts, led into a page of the machine's memory: a message is a store of 32 bits, and nobody says that
/// its address must be an interrupt controller's.
/// </summary>
/// <remarks>
/// PCI, MSI capability: control at 2 (bit 0 enable, bits 6:4 vectors, bit 7 64-bit address), address at 4, data at 8 or 12. MSI-X: control at 2
/// (bit 15 enable, bits 10:0 table size less one), table at 4 (bits 2:0 register, rest offset), entries of 16 bytes: address, data, mask.
/// </remarks>
internal sealed class MessageSetup
{
    private const int Control = 2;
    private const uint MessageEnable = 1, MessageXEnable = 1 << 15, VectorBits = 7 << 4, WideAddress = 1 << 7;
    private const int WordSize = 4, EntrySize = 16;
    private const int PageSize = PhysicalMemory.PageSize;

    private readonly ConfigAccess _config;
    private readonly int _slot;
    private readonly int _capability;
    private readonly uint _enable;
    private readonly InterruptKind _kind;
    private readonly int _vectors;
    private readonly DomainMemory _memory;
    private readonly MemoryRun _page;

    private MessageSetup(ConfigAccess config, int slot, int capability, uint enable, InterruptKind kind, int vectors, DomainMemory memory, MemoryRun page)
    {
        _config = config;
        _slot = slot;
        _capability = capability;
        _enable = enable;
        _kind = kind;
        _vectors = vectors;
        _memory = memory;
        _page = page;
    }

    /// <summary>Sets a function's messages up: MSI-X where it has it, else MSI.</summary>
    /// <returns>Null when it has neither, or no page can be had that it reaches.</returns>
    internal static MessageSetup? For(QemuFunction function, QemuSlot slot, DomainMemory memory, ConfigAccess config, QtestClient client)
    {
        Capabilities caps = slot.Capabilities;
        if (caps is { Message: 0, MessageX: 0 }) return null;

        // Below 4 GiB, where a function with a narrow message address reaches too.
        var request = new RunRequest(PageSize, default, new LogicalAddress(uint.MaxValue), PageSize, 0);
        if (!memory.TryAllocate(request, out MemoryRun page)) return null;
        if (caps.MessageX != 0)
        {
            uint control = config.Read(slot.Number, caps.MessageX + Control, 2);
            int vectors = Math.Min((int)(control & 0x7FF) + 1, PageSize / WordSize);
            FillTable(slot, config, client, page, vectors);
            config.Write(slot.Number, caps.MessageX + Control, 2, (control & ~(1u << 14)) | MessageXEnable);
            return new MessageSetup(config, slot.Number, caps.MessageX, MessageXEnable, InterruptKind.MessageX, vectors, memory, page);
        }

        uint flags = config.Read(slot.Number, caps.Message + Control, 2);
        bool wide = (flags & WideAddress) != 0;
        config.Write(slot.Number, caps.Message + 4, 4, (uint)page.Logical.Value);
        if (wide) config.Write(slot.Number, caps.Message + 8, 4, 0);
        config.Write(slot.Number, caps.Message + (wide ? 12 : 8), 2, MessageVector.Data);

        // One vector: several would store to the same word and say nothing more.
        config.Write(slot.Number, caps.Message + Control, 2, (flags & ~VectorBits) | MessageEnable);
        return new MessageSetup(config, slot.Number, caps.Message, MessageEnable, InterruptKind.Message, 1, memory, page);
    }

    internal InterruptVector[] MakeVectors(QemuFunction function, InterruptPump pump)
    {
        var vectors = new InterruptVector[_vectors];
        for (int i = 0; i < _vectors; i++) vectors[i] = new MessageVector(function, i, _kind, pump, _page.Host + (i * WordSize));
        return vectors;
    }

    /// <summary>No message is sent from here on.</summary>
    internal void SwitchOff()
    {
        uint control = _config.Read(_slot, _capability + Control, 2);
        _config.Write(_slot, _capability + Control, 2, control & ~_enable);
    }

    /// <summary>Gives the page back, after messages were switched off.</summary>
    internal void Release()
    {
        _memory.Revoke(_page);
        _memory.ReleaseHost(_page);
        _memory.ReleaseLogical(_page);
    }

    private static void FillTable(QemuSlot slot, ConfigAccess config, QtestClient client, MemoryRun page, int vectors)
    {
        uint where = config.Read(slot.Number, slot.Capabilities.MessageX + 4, 4);
        ulong table = Array.Find(slot.Bars, b => b.Number == (int)(where & 7)).Address + (where & ~7u);
        for (int i = 0; i < vectors; i++)
        {
            ulong entry = table + (ulong)(i * EntrySize);
            client.Write(entry, 4, (uint)page.Logical.Value + (uint)(i * WordSize));
            client.Write(entry + 4, 4, 0);
            client.Write(entry + 8, 4, MessageVector.Data);
            client.Write(entry + 12, 4, 0);
        }
    }
}
