using System.Buffers.Binary;
using DmaKit.Devices;

namespace DmaKit.Emulation;

/// <summary>
/// A function's configuration space: which bits hold what, and which of them can be written. Layout by the PCI Local Bus
/// Specification 3.0, chapter 6, and the PCI Express Base Specification, chapter 7.
/// </summary>
/// <remarks>Safe from any thread. Size masks of the base address registers make the usual sizing work: write ones, read the mask.</remarks>
internal sealed class ConfigurationSpace
{
    internal const int Command = 0x04;
    internal const int CommandIo = 1;
    internal const int CommandMemory = 2;
    internal const int CommandBusMaster = 4;
    internal const int CommandNoLine = 0x400;
    internal const int MessageCapability = 0x40;
    internal const int MessageXCapability = 0x60;
    internal const int ExpressCapability = 0x80;

    private const int Status = 0x06;
    private const int FirstBar = 0x10;
    private const int CapabilityPointer = 0x34;
    private const int StatusLine = 0x0008;
    private const int StatusCapabilities = 0x0010;
    private const int ClassicLength = 256;
    private const int ExpressLength = 4096;
    private const int ExpressDeviceControl = ExpressCapability + 8;
    private const int StartReset = 0x8000;

    private readonly Lock _gate = new();
    private readonly byte[] _bytes;
    private readonly byte[] _writable;
    private readonly Action _changed;
    private readonly Action _reset;
    private int _lastCapability = CapabilityPointer;

    /// <summary>Fills the space in for a device.</summary>
    /// <param name="identity">What the device says of itself.</param>
    /// <param name="bars">The registers with the addresses that the machine gave them.</param>
    /// <param name="tableBar">The register behind which the MSI-X table lies; -1 without.</param>
    /// <param name="pin">The interrupt pin, 1 to 4; 0 without.</param>
    /// <param name="line">The interrupt line.</param>
    /// <param name="changed">Called after a write, outside any lock of this object.</param>
    /// <param name="reset">Called when a function reset is asked for, outside any lock of this object.</param>
    internal ConfigurationSpace(
        DeviceIdentity identity, IReadOnlyList<AssignedBar> bars, int tableBar, int pin, int line, Action changed, Action reset)
    {
        _changed = changed;
        _reset = reset;
        Length = identity.HasFunctionReset ? ExpressLength : ClassicLength;
        _bytes = new byte[Length];
        _writable = new byte[Length];
        Put16(0x00, identity.VendorId, 0);
        Put16(0x02, identity.DeviceId, 0);
        Put16(Command, CommandIo | CommandMemory, CommandIo | CommandMemory | CommandBusMaster | CommandNoLine);
        _bytes[0x08] = identity.Revision;
        Put32(0x08, (uint)identity.ClassCode << 8 | identity.Revision, 0);
        foreach (AssignedBar bar in bars) PutBar(bar);
        _bytes[0x3C] = (byte)line;
        _writable[0x3C] = 0xFF;
        _bytes[0x3D] = (byte)pin;
        if (identity.MessageVectors > 0) PutMessages(identity.MessageVectors);
        if (tableBar >= 0) PutMessagesX(identity.MessageXVectors, tableBar);
        if (identity.HasFunctionReset) PutExpress();
    }

    internal int Length { get; }

    internal bool BusMaster => (Get16(Command) & CommandBusMaster) != 0;

    internal bool Memory => (Get16(Command) & CommandMemory) != 0;

    internal bool Io => (Get16(Command) & CommandIo) != 0;

    internal bool LineDisabled => (Get16(Command) & CommandNoLine) != 0;

    internal bool MessagesOn => (Get16(Status) & StatusCapabilities) != 0 && _bytes[MessageCapability] == 0x05 && (Get16(MessageCapability + 2) & 1) != 0;

    internal bool MessagesXOn => _bytes[MessageXCapability] == 0x11 && (Get16(MessageXCapability + 2) & 0x8000) != 0;

    internal uint Read(int offset, int size)
    {
        lock (_gate)
        {
            uint value = 0;
            for (int i = size - 1; i >= 0; i--) value = value << 8 | _bytes[offset + i];
            return value;
        }
    }

    internal void Write(int offset, int size, uint value)
    {
        bool reset;
        lock (_gate)
        {
            for (int i = 0; i < size; i++)
            {
                int at = offset + i;
                _bytes[at] = (byte)((_bytes[at] & ~_writable[at]) | (byte)(value >> (8 * i)) & _writable[at]);
            }

            reset = Length == ExpressLength && (Get16(ExpressDeviceControl) & StartReset) != 0;
            if (reset) _bytes[ExpressDeviceControl + 1] &= 0x7F;
        }

        _changed();
        if (reset) _reset();
    }

    /// <summary>Sets or clears bits of the command register.</summary>
    internal void SetCommand(int bits, bool on)
    {
        uint command = Read(Command, 2);
        Write(Command, 2, on ? command | (uint)bits : command & ~(uint)bits);
    }

    /// <summary>Switches a kind of messages on or off.</summary>
    internal void SetMessages(bool extended, bool on)
    {
        int control = (extended ? MessageXCapability : MessageCapability) + 2;
        int bit = extended ? 0x8000 : 1;
        uint value = Read(control, 2);
        Write(control, 2, on ? value | (uint)bit : value & ~(uint)bit);
    }

    /// <summary>Shows the level of the interrupt output in the status register.</summary>
    internal void ShowLine(bool asserted)
    {
        lock (_gate) _bytes[Status] = (byte)(asserted ? _bytes[Status] | StatusLine : _bytes[Status] & ~StatusLine);
    }

    private int Get16(int offset) => BinaryPrimitives.ReadUInt16LittleEndian(_bytes.AsSpan(offset));

    private void Put16(int offset, int value, int writable)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(_bytes.AsSpan(offset), (ushort)value);
        BinaryPrimitives.WriteUInt16LittleEndian(_writable.AsSpan(offset), (ushort)writable);
    }

    private void Put32(int offset, uint value, uint writable)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(_bytes.AsSpan(offset), value);
        BinaryPrimitives.WriteUInt32LittleEndian(_writable.AsSpan(offset), writable);
    }

    private void PutBar(AssignedBar bar)
    {
        int offset = FirstBar + (4 * bar.Number);
        uint type = bar.IsIo ? 1u : bar.Is64Bit ? 4u : 0u;
        ulong mask = ~((ulong)bar.Length - 1);
        Put32(offset, (uint)bar.Address | type, (uint)mask & ~0xFu);
        if (bar.Is64Bit) Put32(offset + 4, (uint)(bar.Address >> 32), (uint)(mask >> 32));
    }

    private void AddCapability(int offset, byte id)
    {
        _bytes[Status] |= StatusCapabilities;
        _bytes[_lastCapability] = (byte)offset;
        _bytes[offset] = id;
        _lastCapability = offset + 1;
    }

    // PCI 3.0, 6.8.1: control (enable, how many it can, how many are on, 64-bit), address, data.
    private void PutMessages(int vectors)
    {
        AddCapability(MessageCapability, 0x05);
        int can = int.Log2(vectors) << 1;
        Put16(MessageCapability + 2, 0x80 | can | can << 3, 0x71);
        Put32(MessageCapability + 4, 0, 0xFFFF_FFFC);
        Put32(MessageCapability + 8, 0, 0xFFFF_FFFF);
        Put16(MessageCapability + 12, 0, 0xFFFF);
    }

    // PCI 3.0, 6.8.2: control (how many less one, mask all, enable), where the table is, where the pending bits are.
    private void PutMessagesX(int vectors, int tableBar)
    {
        AddCapability(MessageXCapability, 0x11);
        Put16(MessageXCapability + 2, vectors - 1, 0xC000);
        Put32(MessageXCapability + 4, (uint)tableBar, 0);
        Put32(MessageXCapability + 8, (uint)(MessageTable.PendingOffset(vectors) | tableBar), 0);
    }

    // PCI Express, 7.5.3: an endpoint of version 2 that can be reset alone.
    private void PutExpress()
    {
        AddCapability(ExpressCapability, 0x10);
        Put16(ExpressCapability + 2, 0x0002, 0);
        Put32(ExpressCapability + 4, 1u << 28, 0);
        Put16(ExpressDeviceControl, 0x2810, 0x7FFF | StartReset);
    }
}
