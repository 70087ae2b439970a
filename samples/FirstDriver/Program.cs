using DmaKit;
using DmaKit.Devices;
using DmaKit.Emulation;
using DmaKit.Platforms;

// A machine with 1 GiB of memory and one device in it.
await using var machine = new EmulatedPlatform(new() { MemoryBytes = 1L << 30 });
string address = machine.Add(new EduDevice());

await using Edu edu = await Edu.OpenAsync(machine, address);
Console.WriteLine($"10! is {await edu.FactorialAsync(10)}.");

byte[] sent = new byte[4096];
byte[] back = new byte[4096];
new Random(1).NextBytes(sent);
await edu.WriteAsync(sent);
await edu.ReadAsync(back);
Console.WriteLine($"4096 bytes went to the device and came back {(sent.AsSpan().SequenceEqual(back) ? "equal" : "changed")}.");

/// <summary>A driver for the edu device: factorials, and a memory of 4,096 bytes. One call at a time.</summary>
internal sealed class Edu : IAsyncDisposable
{
    // Registers, all in BAR 0.
    private const long Id = 0x00, Number = 0x08, Status = 0x20, Causes = 0x24, Acknowledge = 0x64;
    private const long Source = 0x80, Destination = 0x88, Count = 0x90, Command = 0x98;

    // Their bits.
    private const uint FactorialInterrupt = 0x80, FactorialDone = 0x001, TransferDone = 0x100;
    private const uint Start = 1, ToMemory = 2, TransferInterrupt = 4;

    private const ulong DeviceMemory = 0x40000;
    private const int DeviceMemoryLength = 4096;

    private readonly PciFunction _function;
    private readonly RegisterWindow _registers;
    private readonly DmaAdapter _adapter;
    private readonly CommonBuffer _buffer;

    private Edu(PciFunction function)
    {
        _function = function;
        _registers = function.MapBar(0);
        uint id = _registers.Read32(Id);
        if (id != 0x010000ED) throw new DmaException($"{function.Info}: the id register says 0x{id:X8}, which is no edu device.");

        // What the device can do: 28 address lines, and one run of at most 4,096 bytes.
        _adapter = function.CreateAdapter(new() { AddressBits = 28, ScatterGather = false, MaxTransferLength = DeviceMemoryLength });
        _buffer = _adapter.AllocateCommonBuffer(DeviceMemoryLength, new() { Name = "edu transfers" });

        // From here on the device may read and write memory, and send interrupt messages.
        function.BusMaster = true;
        _registers.Write32(Status, FactorialInterrupt);
    }

    /// <summary>Opens the device and starts its driver.</summary>
    public static async Task<Edu> OpenAsync(DmaPlatform machine, string address)
    {
        PciFunction function = await machine.OpenAsync(address);
        try
        {
            return new Edu(function);
        }
        catch
        {
            await function.DisposeAsync();
            throw;
        }
    }

    /// <summary>The factorial of a number, modulo 2^32.</summary>
    public async Task<uint> FactorialAsync(uint number)
    {
        _registers.Write32(Number, number);
        await WaitForAsync(FactorialDone);
        return _registers.Read32(Number);
    }

    /// <summary>Copies bytes into the device's memory.</summary>
    public async Task WriteAsync(ReadOnlyMemory<byte> data)
    {
        data.Span.CopyTo(_buffer.Span(0, data.Length));
        await TransferAsync(_buffer.LogicalAddress.Value, DeviceMemory, data.Length, Start | TransferInterrupt);
    }

    /// <summary>Copies bytes out of the device's memory.</summary>
    public async Task ReadAsync(Memory<byte> data)
    {
        _buffer.Span(0, data.Length).Clear();
        await TransferAsync(DeviceMemory, _buffer.LogicalAddress.Value, data.Length, Start | ToMemory | TransferInterrupt);
        _buffer.Span(0, data.Length).CopyTo(data.Span);
    }

    /// <summary>Stops the driver and closes the device.</summary>
    public async ValueTask DisposeAsync()
    {
        // The start bit is clear when the device is done with memory. If it is not, nobody may have that memory.
        if ((_registers.Read32(Command) & Start) == 0) _adapter.DeclareQuiet();
        _buffer.Dispose();
        await _adapter.DisposeAsync();
        await _function.DisposeAsync();
    }

    private Task TransferAsync(ulong source, ulong destination, int length, uint command)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, DeviceMemoryLength);
        _registers.Write64(Source, source);
        _registers.Write64(Destination, destination);
        _registers.Write64(Count, (ulong)length);
        _registers.Write32(Command, command);
        return WaitForAsync(TransferDone);
    }

    private async Task WaitForAsync(uint cause)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5), _function.Platform.Clock);
        try
        {
            while ((_registers.Read32(Causes) & cause) == 0) await _function.Interrupts[0].WaitAsync(limit.Token);
        }
        catch (OperationCanceledException e)
        {
            throw new TimeoutException($"{_function.Info} raised no interrupt for cause 0x{cause:X3} in 5 seconds.", e);
        }

        _registers.Write32(Acknowledge, cause);
    }
}
