namespace DmaKit.Devices;

/// <content>The registers.</content>
public sealed partial class Rtl8139Device
{
    private const int Multicast = 0x08, TransmitStatus = 0x10, TransmitAddress = 0x20, RingStart = 0x30, Command = 0x37, ReadPointer = 0x38;
    private const int WritePointer = 0x3A, Mask = 0x3C, Causes = 0x3E, TransmitConfig = 0x40, ReceiveConfig = 0x44, Timer = 0x48, Missed = 0x4C;
    private const int EepromLock = 0x50, Config1 = 0x52, MediaStatus = 0x58, RevisionId = 0x5E, Summary = 0x60, BasicMode = 0x62, BasicStatus = 0x64;

    // The version field of the RTL8139C, in the transmit configuration.
    private const uint Version = 0x7400_0000;
    private const uint BothBarsMapped = 0x0C, Revision = 0x10, LinkDown = 0x04, BasicModeValue = 0x3100, BasicStatusValue = 0x7809, LinkBits = 0x0024;
    private const double TimerFrequency = 33_333_333;

    /// <inheritdoc/>
    public override ulong Read(int bar, long offset, int size)
    {
        if (offset < 0 || offset + size > RegisterLength) return size >= 8 ? ulong.MaxValue : (1UL << (8 * size)) - 1;

        // No read has a side effect, so that every width is a part of the 32 bits around it, or two of them.
        ulong word = ReadWord((int)offset & ~3);
        if (size == 8) return word | (ulong)ReadWord((int)offset + 4) << 32;
        return word >> (8 * ((int)offset & 3)) & ((1UL << (8 * size)) - 1);
    }

    /// <inheritdoc/>
    public override void Write(int bar, long offset, int size, ulong value)
    {
        if (offset < 0 || offset + size > RegisterLength) return;
        if (size == 8)
        {
            WriteWord((int)offset, (uint)value);
            WriteWord((int)offset + 4, (uint)(value >> 32));
        }
        else if (size == 4)
        {
            WriteWord((int)offset, (uint)value);
        }
        else if (size == 2)
        {
            WriteShort((int)offset, (uint)value);
        }
        else
        {
            WriteByte((int)offset, (byte)value);
        }
    }

    private uint ReadWord(int at) => at switch
    {
        < 0x08 => Bytes(_address, at),
        < TransmitStatus => Bytes(_multicast, at - Multicast),
        < TransmitAddress => _status[(at - TransmitStatus) / 4],
        < RingStart => _start[(at - TransmitAddress) / 4],
        RingStart => _ring,
        0x34 => (_command | (RingIsEmpty ? BufferEmpty : 0)) << 24,
        ReadPointer => (uint)(ushort)(_read - PointerBias) | (uint)_write << 16,
        Mask => _mask | _causes << 16,
        TransmitConfig => _transmitConfig | Version,
        ReceiveConfig => _receiveConfig,
        Timer => (uint)(ulong)(Port.Clock.GetElapsedTime(_timerStart).TotalSeconds * TimerFrequency),
        Missed => _missed,
        EepromLock => _lock | BothBarsMapped << 16,
        MediaStatus => LinkIsUp ? 0 : LinkDown,
        0x5C => Revision << 16,
        Summary => Summarise() | BasicModeValue << 16,
        BasicStatus => BasicStatusValue | (LinkIsUp ? LinkBits : 0),
        _ => 0,
    };

    private void WriteWord(int at, uint value)
    {
        switch (at)
        {
            case < TransmitStatus:
                for (int i = 0; i < 4; i++) WriteByte(at + i, (byte)(value >> (8 * i)));
                break;
            case < TransmitAddress when (at & 3) == 0:
                WriteStatus((at - TransmitStatus) / 4, value);
                break;
            case < RingStart when (at & 3) == 0:
                _start[(at - TransmitAddress) / 4] = value;
                break;
            case RingStart:
                _ring = value;
                break;
            case 0x34:
                WriteByte(Command, (byte)(value >> 24));
                break;
            case ReadPointer:
                WriteShort(ReadPointer, value & 0xFFFF);
                break;
            case Mask:
                WriteShort(Mask, value & 0xFFFF);
                WriteShort(Causes, value >> 16);
                break;
            case TransmitConfig:
                WriteTransmitConfig(value);
                break;
            case ReceiveConfig:
                WriteReceiveConfig(value);
                break;
            case Timer:
                _timerStart = Port.Clock.GetTimestamp();
                break;
            case Missed:
                _missed = 0;
                break;
            case EepromLock:
                _lock = value & 0xFF;
                break;
        }
    }

    private void WriteShort(int at, uint value)
    {
        switch (at)
        {
            case < TransmitStatus:
                WriteByte(at, (byte)value);
                WriteByte(at + 1, (byte)(value >> 8));
                break;
            case 0x36:
                WriteByte(Command, (byte)(value >> 8));
                break;
            case ReadPointer:
                _read = (ushort)(value + PointerBias);

                // What waits on the wire may fit now.
                AskForTurn();
                break;
            case Mask:
                _mask = value & AllCauses;
                UpdateInterrupt();
                break;
            case Causes:
                _causes &= ~value;
                UpdateInterrupt();
                break;
        }
    }

    private void WriteByte(int at, byte value)
    {
        switch (at)
        {
            case < 6:
                _address[at] = value;
                break;
            case >= Multicast and < TransmitStatus:
                _multicast[at - Multicast] = value;
                break;
            case Command:
                WriteCommand(value);
                break;
            case EepromLock:
                _lock = value;
                break;
        }
    }

    private void WriteCommand(uint value)
    {
        if ((value & SoftwareReset) != 0)
        {
            SoftReset();
            return;
        }

        uint risen = value & ~_command;
        _command = value & (ReceiverOn | TransmitterOn);
        if ((risen & TransmitterOn) != 0) RestartTransmitter();
        if ((risen & ReceiverOn) != 0) EmptyRing();
        AskForTurn();
    }

    private static uint Bytes(byte[] bytes, int at)
    {
        uint word = 0;
        for (int i = 3; i >= 0; i--) word = word << 8 | (at + i < bytes.Length ? bytes[at + i] : 0u);
        return word;
    }
}
