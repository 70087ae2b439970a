namespace DmaKit.Devices;

/// <summary>
/// A sound card that sweeps one ring of memory a converter for ever: a register-level model of the Ensoniq AudioPCI ES1370, with two
/// playing converters and one that captures.
/// </summary>
/// <remarks>
/// <para>BAR 0 has 256 bytes of I/O space. Registers have 32 bits; narrower accesses reach their bytes.</para>
/// <list type="table">
/// <item><term>0x00 CONTROL</term><description>28:16 divider of DAC2 and ADC, 13:12 rate of DAC1, 6 DAC1, 5 DAC2, 4 ADC enabled, 31 ADC stopped</description></item>
/// <item><term>0x04 STATUS, read</term><description>31 any interrupt; pending: 2 DAC1, 1 DAC2, 0 ADC</description></item>
/// <item><term>0x0C MEMPAGE</term><description>3:0 what 0x30 to 0x3F show</description></item>
/// <item><term>0x20 SERIAL</term><description>interrupts: 8 DAC1, 9 DAC2, 10 ADC; formats (16 bit, stereo): 1:0 DAC1, 3:2 DAC2, 5:4 ADC; pause: 11 DAC1, 12 DAC2; stop at the ring's end: 13 DAC1, 14 DAC2, 15 ADC</description></item>
/// <item><term>0x24, 0x28, 0x2C</term><description>sample counts of DAC1, DAC2, ADC: frames an interrupt less one; read, the upper half counts down</description></item>
/// <item><term>page 0xC, 0x30 to 0x3C</term><description>frame address and frame count of DAC1, of DAC2</description></item>
/// <item><term>page 0xD, 0x30, 0x34</term><description>frame address and frame count of the ADC</description></item>
/// </list>
/// <para>A frame count is the ring's size in dwords less one, and in the upper half the position. An interrupt is a level that is
/// acknowledged by writing SERIAL with its enable bit clear, and set again; the converter goes on meanwhile. An address has 32 bits.
/// Source of the facts: the ES1370's data sheet and measurements on QEMU's model.</para>
/// <para>A converter takes what stands in memory when its FIFO reaches it: a later store is not heard.</para>
/// </remarks>
public sealed class Es1370Device : DeviceModel
{
    /// <summary>What the dividers divide, in hertz.</summary>
    private const uint Clock = 1_411_200;

    private const uint Dac1Enable = 1 << 6, Dac2Enable = 1 << 5, AdcEnable = 1 << 4, AdcStop = 1u << 31;
    private const uint AnyInterrupt = 1u << 31;
    private const int Dac1 = 0, Dac2 = 1, Adc = 2;

    private static readonly uint[] s_enable = [Dac1Enable, Dac2Enable, AdcEnable];
    private static readonly uint[] s_pending = [1 << 2, 1 << 1, 1 << 0];
    private static readonly uint[] s_interrupt = [1 << 8, 1 << 9, 1 << 10];
    private static readonly uint[] s_pause = [1 << 11, 1 << 12, 0];
    private static readonly uint[] s_stopAtEnd = [1 << 13, 1 << 14, 1 << 15];

    private static readonly DeviceIdentity s_identity = new()
    {
        VendorId = 0x1274,
        DeviceId = 0x5000,
        ClassCode = 0x040100,
        Description = "Ensoniq AudioPCI ES1370",
        Bars = [new BarSpecification(0, 0x100, IsIo: true)],
    };

    private readonly Es1370Options _options;
    private readonly Es1370Converter[] _converters;
    private readonly Action[] _turns;
    private readonly Action[] _raises;
    private readonly WorkTally _tally = new();
    private readonly ulong _crystal;
    private uint _control;
    private uint _pending;
    private uint _page;
    private uint _serial;
    private uint _codec;
    private bool _asserted;

    /// <summary>Creates a card.</summary>
    /// <param name="dac1">Where the sound of DAC1 goes; null for nowhere.</param>
    /// <param name="dac2">Where the sound of DAC2 goes; null for nowhere.</param>
    /// <param name="adc">What the card captures; null for silence.</param>
    /// <param name="options">What can be chosen; null for the defaults.</param>
    public Es1370Device(SoundSink? dac1 = null, SoundSink? dac2 = null, SoundSource? adc = null, Es1370Options? options = null)
    {
        _options = options ?? new Es1370Options();
        _crystal = Es1370Pace.CrystalOf(_options.SkewPartsPerMillion);
        _converters =
        [
            new Es1370Converter(captures: false, dac1, null, _options, _options.Seed),
            new Es1370Converter(captures: false, dac2, null, _options, _options.Seed + 1),
            new Es1370Converter(captures: true, null, adc, _options, _options.Seed + 2),
        ];
        _turns = [() => Turn(Dac1), () => Turn(Dac2), () => Turn(Adc)];
        _raises = [() => Raise(Dac1), () => Raise(Dac2), () => Raise(Adc)];
    }

    /// <inheritdoc/>
    public override DeviceIdentity Identity => s_identity;

    /// <inheritdoc/>
    /// <remarks>Commands are periods that ended; doorbells are converters started.</remarks>
    public override DeviceCounters Counters => _tally.Snapshot;

    /// <summary>How many transfers the platform refused; silence was played instead. Exact when the card is idle.</summary>
    public long RefusedTransfers => _converters.Sum(c => c.RefusedTransfers);

    private long Now => Port.Clock.GetTimestamp();

    /// <inheritdoc/>
    public override ulong Read(int bar, long offset, int size)
    {
        if (bar != 0 || size > 4) return ulong.MaxValue >> (64 - 8 * Math.Min(size, 8));
        uint value = Register(offset & ~3L) >> (int)(8 * (offset & 3));
        return size == 4 ? value : value & ((1u << (8 * size)) - 1);
    }

    /// <inheritdoc/>
    public override void Write(int bar, long offset, int size, ulong value)
    {
        if (bar != 0 || size > 4) return;
        long register = offset & ~3L;
        uint written = (uint)value;
        if (size < 4)
        {
            int shift = (int)(8 * (offset & 3));
            uint mask = ((1u << (8 * size)) - 1) << shift;
            written = (Register(register) & ~mask) | (written << shift & mask);
        }

        SetRegister(register, written);
    }

    /// <inheritdoc/>
    public override void Reset()
    {
        Port.CancelWork();
        _control = _pending = _page = _serial = _codec = 0;
        for (int i = 0; i < _converters.Length; i++) _converters[i].Reset(PaceOf(i));
        _asserted = false;
        Port.SignalInterrupt(0, asserted: false);
    }

    private Es1370Pace PaceOf(int converter) => converter == Dac1
        ? new Es1370Pace(Clock, 256u >> (int)(_control >> 12 & 3), _crystal, Port.Clock.TimestampFrequency)
        : new Es1370Pace(Clock, (_control >> 16 & 0x1FFF) + 2, _crystal, Port.Clock.TimestampFrequency);

    private uint Register(long register)
    {
        switch (register)
        {
            case 0x00: return _control;
            case 0x04: return _pending | (_pending != 0 ? AnyInterrupt : 0);
            case 0x0C: return _page;
            case 0x10: return _codec;
            case 0x20: return _serial;
            case 0x24 or 0x28 or 0x2C:
                int counted = (int)(register - 0x24) / 4;
                CatchUp(counted);
                return _converters[counted].SampleCountRegister;
            default:
                if (!TryPaged(register, out int converter, out bool isAddress)) return 0;
                if (isAddress) return _converters[converter].FrameAddress;
                CatchUp(converter);
                return _converters[converter].RingRegister(Now);
        }
    }

    private void SetRegister(long register, uint value)
    {
        switch (register)
        {
            case 0x00:
                SetControl(value);
                break;
            case 0x0C:
                _page = value & 0xF;
                break;
            case 0x10:
                _codec = value;
                break;
            case 0x20:
                SetSerial(value);
                break;
            case 0x24 or 0x28 or 0x2C:
                int counted = (int)(register - 0x24) / 4;
                CatchUp(counted);
                _converters[counted].SetSampleCount(value & 0xFFFF);
                break;
            default:
                if (!TryPaged(register, out int converter, out bool isAddress)) return;
                CatchUp(converter);
                if (isAddress) _converters[converter].FrameAddress = value;
                else _converters[converter].SetRing(value);
                break;
        }
    }

    private bool TryPaged(long register, out int converter, out bool isAddress)
    {
        isAddress = (register & 7) == 0;
        converter = (_page, register) switch
        {
            (0xC, 0x30 or 0x34) => Dac1,
            (0xC, 0x38 or 0x3C) => Dac2,
            (0xD, 0x30 or 0x34) => Adc,
            _ => -1,
        };
        return converter >= 0;
    }

    private void SetControl(uint value)
    {
        CatchUpAll();
        uint before = _control;
        _control = value;
        for (int i = 0; i < _converters.Length; i++)
        {
            _converters[i].SetPace(PaceOf(i), Now);
            if (Enabled(i, value) == Enabled(i, before)) continue;
            if (Enabled(i, value)) _tally.DoorbellRung();
            _converters[i].SetRunning(Enabled(i, value) && (_serial & s_pause[i]) == 0, Now, Port);
            AskForTurn(i);
        }
    }

    private void SetSerial(uint value)
    {
        CatchUpAll();
        uint changed = _serial ^ value;
        _serial = value;
        for (int i = 0; i < _converters.Length; i++)
        {
            Es1370Converter converter = _converters[i];
            uint format = value >> (2 * i);
            converter.SetFormat((format & 2) != 0, (format & 1) != 0, Now);
            converter.Loops = (value & s_stopAtEnd[i]) == 0;
            if ((changed & s_pause[i]) != 0) converter.SetPaused((value & s_pause[i]) != 0, Enabled(i, _control), Now, Port);
            if ((value & s_interrupt[i]) == 0) _pending &= ~s_pending[i];
            AskForTurn(i);
        }

        UpdateLine();
    }

    private static bool Enabled(int converter, uint control) => (control & s_enable[converter]) != 0 && (converter != Adc || (control & AdcStop) == 0);

    private void CatchUpAll()
    {
        for (int i = 0; i < _converters.Length; i++) CatchUp(i);
    }

    private void CatchUp(int converter)
    {
        int periods = _converters[converter].CatchUp(Now, Port);
        if (periods == 0) return;
        for (int i = 0; i < periods; i++) _tally.CommandFinished();
        if (_options.InterruptDelay == TimeSpan.Zero) Raise(converter);
        else Port.Schedule(_options.InterruptDelay, _raises[converter]);
    }

    private void Raise(int converter)
    {
        if ((_serial & s_interrupt[converter]) == 0) return;
        _pending |= s_pending[converter];
        UpdateLine();
    }

    private void UpdateLine()
    {
        bool assert = _pending != 0;
        if (assert == _asserted) return;
        _asserted = assert;
        if (assert) _tally.InterruptRaised();
        Port.SignalInterrupt(0, assert);
    }

    private void Turn(int converter)
    {
        _converters[converter].HasTurn = false;
        CatchUp(converter);
        AskForTurn(converter);
    }

    private void AskForTurn(int index)
    {
        Es1370Converter converter = _converters[index];
        if (converter.HasTurn || !converter.WantsTurns) return;
        converter.HasTurn = true;
        long timestamps = converter.UntilTurn(Now);
        Port.Schedule(TimeSpan.FromTicks((long)Math.Ceiling(timestamps * (double)TimeSpan.TicksPerSecond / Port.Clock.TimestampFrequency)), _turns[index]);
    }
}
