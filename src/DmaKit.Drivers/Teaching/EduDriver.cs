using DmaKit.Platforms;

namespace DmaKit.Drivers;

/// <summary>
/// A driver for the edu device: it computes factorials and moves bytes between the device's buffer and a common buffer, both
/// by interrupt. The smallest driver that does DMA; the guide "your first driver" walks through it.
/// </summary>
/// <remarks>One operation at a time; a second one that overlaps it throws. Source of the registers: QEMU's specification of the edu device.</remarks>
public sealed class EduDriver : IAsyncDisposable
{
    /// <summary>How many bytes of the device's buffer are used. It has one more, on which QEMU 7.2 ends itself.</summary>
    public const int BufferLength = 4095;

    // Registers, and their bits.
    private const long Id = 0x00, Number = 0x08, Status = 0x20, Causes = 0x24, Acknowledge = 0x64;
    private const long Source = 0x80, Destination = 0x88, Count = 0x90, Command = 0x98;
    private const long WindowLength = 0xA0;
    private const uint ExpectedId = 0x010000ED, InterruptAfterFactorial = 0x80, FactorialDone = 0x001, TransferDone = 0x100;
    private const uint Go = 0x1, ToMemory = 0x2, InterruptAtEnd = 0x4;
    private const uint DeviceBuffer = 0x40000, AllOnes = uint.MaxValue;

    private readonly RegisterWindow _registers;
    private readonly InterruptVector _interrupt;
    private readonly DmaAdapter _adapter;
    private readonly CommonBuffer _buffer;
    private uint _unfinished;
    private int _busy;

    private EduDriver(PciFunction function, RegisterWindow registers)
    {
        _registers = registers;
        _interrupt = function.FirstInterrupt();

        // The device drives 28 address bits and takes one run of bytes; it has no list of elements.
        _adapter = function.CreateAdapter(new DmaConstraints { AddressBits = 28, ScatterGather = false });
        _buffer = _adapter.AllocateCommonBufferUpTo(BufferLength, 256, new CommonBufferOptions { Name = "edu" });
    }

    /// <summary>Starts the device.</summary>
    /// <param name="function">The open function; it stays the caller's.</param>
    /// <exception cref="DmaException">The function is no edu device, or there is no common buffer in its reach.</exception>
    public static EduDriver Start(PciFunction function)
    {
        ArgumentNullException.ThrowIfNull(function);
        RegisterWindow registers = function.MapRegisters(0, WindowLength);
        uint id = registers.Read32(Id);
        if (id != ExpectedId) throw new DmaException($"{function.Info.Address} is no edu device: its id is 0x{id:X8}, not 0x{ExpectedId:X8}.");
        function.BusMaster = true;
        return new EduDriver(function, registers);
    }

    /// <summary>Lets the device compute a factorial, modulo 2^32.</summary>
    /// <param name="number">Of which number.</param>
    /// <param name="cancellationToken">Gives up waiting; the next operation then waits for this one's end first.</param>
    public async ValueTask<uint> FactorialAsync(uint number, CancellationToken cancellationToken = default)
    {
        await BeginAsync(FactorialDone, cancellationToken).ConfigureAwait(false);
        try
        {
            _registers.Write32(Status, InterruptAfterFactorial);
            _registers.Write32(Number, number);
            await FinishAsync(cancellationToken).ConfigureAwait(false);
            uint product = _registers.Read32(Number);

            // No factorial has all bits set; registers that nobody answers for do.
            return product != AllOnes ? product : throw Gone();
        }
        finally
        {
            _busy = 0;
        }
    }

    /// <summary>Moves bytes into the device's buffer: copied into the common buffer here, fetched from there by the device.</summary>
    /// <param name="offset">Where in the device's buffer, in bytes; offset and length together at most <see cref="BufferLength"/>.</param>
    /// <param name="data">The bytes.</param>
    /// <param name="cancellationToken">Gives up waiting; the next operation then waits for this one's end first.</param>
    public ValueTask WriteAsync(int offset, ReadOnlyMemory<byte> data, CancellationToken cancellationToken = default) =>
        MoveAsync(offset, data.Length, default, data, cancellationToken);

    /// <summary>Moves bytes out of the device's buffer.</summary>
    /// <inheritdoc cref="WriteAsync"/>
    public ValueTask ReadAsync(int offset, Memory<byte> data, CancellationToken cancellationToken = default) =>
        MoveAsync(offset, data.Length, data, default, cancellationToken);

    /// <summary>Ends the driver. An idle device is quiet: it moves bytes only when told to. One that is not keeps the buffer in quarantine.</summary>
    public ValueTask DisposeAsync()
    {
        if (_unfinished == 0) _buffer.DeclareQuiet();
        _buffer.Dispose();
        return _adapter.DisposeAsync();
    }

    private async ValueTask MoveAsync(int offset, int length, Memory<byte> into, ReadOnlyMemory<byte> from, CancellationToken cancellationToken)
    {
        if (offset < 0 || length > BufferLength - offset)
            throw new ArgumentOutOfRangeException(nameof(offset), offset, $"{length} bytes at {offset} of a buffer of {BufferLength} bytes.");
        uint bus = _buffer.LogicalAddress.Low32;
        for (int done = 0, part; done < length; done += part)
        {
            part = (int)Math.Min(length - done, _buffer.Length);
            uint inside = DeviceBuffer + (uint)(offset + done);
            await BeginAsync(TransferDone, cancellationToken).ConfigureAwait(false);
            try
            {
                if (into.IsEmpty) from.Span.Slice(done, part).CopyTo(_buffer.Span(0, part));
                _registers.Write32(Source, into.IsEmpty ? bus : inside);
                _registers.Write32(Destination, into.IsEmpty ? inside : bus);
                _registers.Write32(Count, (uint)part);
                _registers.Write32(Command, Go | InterruptAtEnd | (into.IsEmpty ? 0 : ToMemory));
                await FinishAsync(cancellationToken).ConfigureAwait(false);
                if (from.IsEmpty) _buffer.Span(0, part).CopyTo(into.Span[done..]);
            }
            finally
            {
                _busy = 0;
            }
        }
    }

    /// <summary>Takes the device, after the end of an operation that its caller gave up: the device uses the buffer until then.</summary>
    private async ValueTask BeginAsync(uint cause, CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _busy, 1) != 0) throw new DmaMisuseException("The edu device does one thing at a time; await the operation before.");
        try
        {
            await FinishAsync(cancellationToken).ConfigureAwait(false);
            _unfinished = cause;
        }
        catch
        {
            _busy = 0;
            throw;
        }
    }

    private DeviceLostException Gone() => new("The edu device does not answer any more: its registers read as all ones.");

    /// <summary>Waits for the interrupt, looks whether it is the one, and acknowledges it.</summary>
    private async ValueTask FinishAsync(CancellationToken cancellationToken)
    {
        if (_unfinished == 0) return;
        uint causes;
        while (((causes = _registers.Read32(Causes)) & _unfinished) == 0)
        {
            // The interrupt of something else: unless it is taken away, it would come again without end.
            if (causes != 0) _registers.Write32(Acknowledge, causes);
            await _interrupt.WaitAsync(cancellationToken).ConfigureAwait(false);
        }

        if (causes == AllOnes) throw Gone();
        _registers.Write32(Acknowledge, _unfinished);
        _unfinished = 0;
    }
}
