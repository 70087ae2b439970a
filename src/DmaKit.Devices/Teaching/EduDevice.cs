namespace DmaKit.Devices;

/// <summary>
/// The smallest device with a DMA engine: it computes factorials, raises interrupts on request, and copies between the
/// program's memory and a buffer of its own. A register-level model of QEMU's <c>edu</c>.
/// </summary>
/// <remarks>
/// <para>
/// BAR 0 has 1 MiB. Registers below 0x80 take 4-byte accesses; from 0x80 on, 4 or 8 bytes. Anything else reads as all ones and
/// ignores writes.
/// </para>
/// <list type="table">
/// <item><term>0x00, read</term><description>id 0x010000ED</description></item>
/// <item><term>0x04</term><description>liveness: reads back the bitwise complement of what was written</description></item>
/// <item><term>0x08</term><description>a number; its factorial modulo 2^32 once the busy bit is clear</description></item>
/// <item><term>0x20</term><description>status: bit 0 busy (read only), bit 7 interrupt after a factorial</description></item>
/// <item><term>0x24, read</term><description>the interrupt causes that are raised: 0x001 factorial, 0x100 transfer</description></item>
/// <item><term>0x60, write</term><description>raises the causes written</description></item>
/// <item><term>0x64, write</term><description>acknowledges the causes written</description></item>
/// <item><term>0x80, 0x88, 0x90</term><description>transfer: source, destination, length in bytes</description></item>
/// <item><term>0x98</term><description>transfer: bit 0 start and busy, bit 1 from the device to memory, bit 2 interrupt at the end</description></item>
/// </list>
/// <para>
/// The buffer has 4,096 bytes at 0x40000 of the device's side. Differences from QEMU, on purpose: a transfer of exactly 4,096
/// bytes is legal (QEMU 7.2 ends on it), and one outside the buffer moves nothing and is counted in
/// <see cref="RefusedTransfers"/>. Source of the facts: QEMU's specification of the edu device, and measurements.
/// </para>
/// </remarks>
/// <param name="options">What can be chosen; null for the defaults.</param>
public sealed class EduDevice(EduOptions? options = null) : DeviceModel
{
    private const uint Id = 0x010000ED;
    private const ulong BufferStart = 0x40000;
    private const int BufferLength = 4096;

    private const uint Busy = 0x01;
    private const uint InterruptAfterFactorial = 0x80;
    private const uint FactorialCause = 0x001;
    private const uint TransferCause = 0x100;

    private const ulong Start = 0x1;
    private const ulong ToMemory = 0x2;
    private const ulong InterruptAtEnd = 0x4;

    private static readonly DeviceIdentity EduIdentity = new()
    {
        VendorId = 0x1234,
        DeviceId = 0x11E8,
        ClassCode = 0x00FF00,
        Revision = 0x10,
        Description = "edu",
        Bars = [new BarSpecification(0, 1 << 20)],
        MessageVectors = 1,
    };

    private readonly EduOptions _options = options ?? new EduOptions();
    private readonly WorkTally _tally = new();
    private readonly byte[] _buffer = new byte[BufferLength];
    private Action? _compute;
    private Action? _transfer;
    private long _refused;
    private long _faulted;

    private uint _liveness;
    private uint _factorial;
    private uint _status;
    private uint _causes;
    private ulong _source;
    private ulong _destination;
    private ulong _count;
    private ulong _command;

    /// <inheritdoc/>
    public override DeviceIdentity Identity => EduIdentity;

    /// <inheritdoc/>
    /// <remarks>Commands are factorials and transfers; doorbells are transfers started.</remarks>
    public override DeviceCounters Counters => _tally.Snapshot;

    /// <summary>How many transfers were outside the device's buffer and moved nothing. From any thread.</summary>
    public long RefusedTransfers => Interlocked.Read(ref _refused);

    /// <summary>How many transfers the platform refused, in whole or in part. From any thread.</summary>
    public long FaultedTransfers => Interlocked.Read(ref _faulted);

    /// <inheritdoc/>
    public override ulong Read(int bar, long offset, int size)
    {
        if (bar != 0 || !IsLegal(offset, size)) return Ones(size);
        return offset switch
        {
            0x00 => Id,
            0x04 => _liveness,
            0x08 => _factorial,
            0x20 => _status,
            0x24 => _causes,
            0x80 => Cut(_source, size),
            0x88 => Cut(_destination, size),
            0x90 => Cut(_count, size),
            0x98 => Cut(_command, size),
            _ => Ones(size),
        };
    }

    /// <inheritdoc/>
    public override void Write(int bar, long offset, int size, ulong value)
    {
        if (bar != 0 || !IsLegal(offset, size)) return;
        value = Cut(value, size);
        switch (offset)
        {
            case 0x04:
                _liveness = ~(uint)value;
                break;
            case 0x08 when (_status & Busy) == 0:
                _factorial = (uint)value;
                _status |= Busy;
                Port.Defer(_compute ??= ComputeFactorial);
                break;
            case 0x20:
                _status = (_status & ~InterruptAfterFactorial) | ((uint)value & InterruptAfterFactorial);
                break;
            case 0x60:
                Raise((uint)value);
                break;
            case 0x64:
                _causes &= ~(uint)value;
                if (_causes == 0) Port.SignalInterrupt(0, asserted: false);
                break;
            case >= 0x80 when (_command & Start) == 0:
                WriteTransfer(offset, value);
                break;
        }
    }

    /// <inheritdoc/>
    public override void Reset()
    {
        Port.CancelWork();
        _liveness = 0;
        _factorial = 0;
        _status = 0;
        _causes = 0;
        _source = _destination = _count = _command = 0;
        Array.Clear(_buffer);
        Port.SignalInterrupt(0, asserted: false);
    }

    private static bool IsLegal(long offset, int size) => size == 4 || (size == 8 && offset >= 0x80);

    private static ulong Ones(int size) => size >= 8 ? ulong.MaxValue : (1UL << (8 * size)) - 1;

    private static ulong Cut(ulong value, int size) => value & Ones(size);

    private void WriteTransfer(long offset, ulong value)
    {
        switch (offset)
        {
            case 0x80:
                _source = value;
                break;
            case 0x88:
                _destination = value;
                break;
            case 0x90:
                _count = value;
                break;
            case 0x98 when (value & Start) != 0:
                _command = value;
                _tally.DoorbellRung();
                Port.Schedule(_options.TransferDelay, _transfer ??= Transfer);
                break;
        }
    }

    private void ComputeFactorial()
    {
        // 34! is a multiple of 2^32, so that the product stays 0 from there on: the work is bounded for every number.
        uint number = _factorial;
        uint product = number >= 34 ? 0u : 1u;
        for (uint factor = 2; product != 0 && factor <= number; factor++) product = unchecked(product * factor);

        _factorial = product;
        _status &= ~Busy;
        _tally.CommandFinished();
        if ((_status & InterruptAfterFactorial) != 0) Raise(FactorialCause);
    }

    private void Transfer()
    {
        bool toMemory = (_command & ToMemory) != 0;
        ulong inside = toMemory ? _source : _destination;
        ulong outside = (toMemory ? _destination : _source) & _options.DmaMask;

        if (inside < BufferStart || inside - BufferStart > BufferLength || _count > BufferLength - (inside - BufferStart))
        {
            Interlocked.Increment(ref _refused);
        }
        else
        {
            Span<byte> part = _buffer.AsSpan((int)(inside - BufferStart), (int)_count);
            bool moved = toMemory ? Port.TryWriteAt(outside, 0, part) : Port.TryReadAt(outside, 0, part);
            if (!moved) Interlocked.Increment(ref _faulted);
        }

        bool interrupt = (_command & InterruptAtEnd) != 0;
        _command &= ~Start;
        _tally.CommandFinished();
        if (interrupt) Raise(TransferCause);
    }

    private void Raise(uint causes)
    {
        _causes |= causes;
        if (_causes == 0) return;
        _tally.InterruptRaised();
        Port.SignalInterrupt(0, asserted: true);
    }
}
