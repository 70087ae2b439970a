using DmaKit.Devices;
using DmaKit.Emulation;
using DmaKit.Platforms;
using DmaKit.Testing;

namespace DmaKit.Cli;

/// <summary>
/// A stepped machine with one device behind an IOMMU, and 16 KiB of memory that both share. Programs run on it one after the other; between two of them the device is
/// reset, which must leave it as it was after power-on, and quiet.
/// </summary>
internal sealed class RegisterBench : IDisposable
{
    /// <summary>The length of the memory that is shared.</summary>
    internal const int SharedLength = 16 * 1024;

    private const int MostShown = 0x100;
    private const int ConfigLength = 256;

    private readonly EmulatedPlatform _machine = new(new() { MemoryBytes = 4 << 20, Stepped = true, Iommu = true, MapRegisters = 0 });
    private readonly ModelUnderTest _device;
    private readonly PciFunction _function;
    private readonly CommonBuffer _shared;
    private readonly List<(int Bar, int Offset, ulong Value)> _powerOn = [];
    private readonly uint[] _config = new uint[ConfigLength / 4];
    private long _doorbells;

    internal RegisterBench(ModelUnderTest device)
    {
        _device = device;
        Model = new WatchedModel(device.Model);
        Model.Allow(long.MaxValue, long.MaxValue);
        _function = _machine.OpenAsync(_machine.Add(Model)).AsTask().GetAwaiter().GetResult();
        DmaAdapter adapter = _function.CreateAdapter(new DmaConstraints { AddressBits = 32 });
        _shared = adapter.AllocateCommonBuffer(SharedLength);
        _function.BusMaster = true;
        _machine.RunUntilIdle();
        foreach (BarSpecification bar in device.Model.Identity.Bars)
            for (int offset = 0; offset < Math.Min(bar.Length, MostShown); offset += 4) _powerOn.Add((bar.Number, offset, device.Model.Read(bar.Number, offset, 4)));
        for (int i = 0; i < _config.Length; i++) _config[i] = _function.Config.Read32(4 * i);
        Bars = [.. device.Model.Identity.Bars];
    }

    /// <summary>The model, watched.</summary>
    internal WatchedModel Model { get; }

    /// <summary>Its base address registers.</summary>
    internal IReadOnlyList<BarSpecification> Bars { get; }

    /// <summary>The configuration space.</summary>
    internal PciConfigSpace Config => _function.Config;

    /// <summary>The memory that is shared.</summary>
    internal Span<byte> Shared => _shared.Span(0, SharedLength);

    /// <summary>The logical address of a place in it.</summary>
    internal ulong AddressOf(int place) => _shared.LogicalAt(place).Value;

    /// <summary>The registers behind a base address register.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such one.</exception>
    internal RegisterWindow Window(int bar) => _function.MapBar(bar);

    internal void Run() => _machine.RunUntilIdle();

    internal void Advance(TimeSpan by) => _machine.Advance(by);

    /// <summary>A frame comes along the wire, if there is one with room.</summary>
    internal void Send(ReadOnlySpan<byte> frame) => _device.Wire?.TrySend(frame);

    /// <summary>Looks whether the device still answers, whether its interrupt line has the level that the device gave it, and whether it sent only what it was told to.</summary>
    /// <exception cref="FuzzFailureException">It does not.</exception>
    internal void Judge()
    {
        Run();
        if (Model.Broken is { } broken) throw new FuzzFailureException(broken);
        const int status = 0x06, line = 0x08, command = 0x04, memoryAndIo = 3, messageControl = 0x42;
        _function.Config.Write16(command, (ushort)(_function.Config.Read16(command) | memoryAndIo));
        try
        {
            Window(Bars[0].Number).Read32(0);
        }
        catch (DeviceLostException e)
        {
            throw new FuzzFailureException($"the model threw {e.InnerException?.GetType().Name}: {e.InnerException?.Message.ReplaceLineEndings(" ")}");
        }

        bool messages = _device.Model.Identity.MessageVectors > 0 && (_function.Config.Read16(messageControl) & 1) != 0;
        bool shown = (_function.Config.Read16(status) & line) != 0;
        if (!messages && shown != Model.IsAsserted) throw new FuzzFailureException($"the interrupt line is {(shown ? "high" : "low")}, and the device has it {(Model.IsAsserted ? "high" : "low")}");
        long sent = Drain(), told = Model.Counters.Doorbells - _doorbells;
        if (sent > told) throw new FuzzFailureException($"{sent} frames were sent, and {told} were handed over");
    }

    /// <summary>Resets the device and takes back what a program changed.</summary>
    /// <exception cref="FuzzFailureException">The device is not as it was after power-on, or is not quiet.</exception>
    internal void Restore()
    {
        Model.Reset();
        Model.Allow(1000, 1000);
        Run();
        foreach ((int bar, int offset, ulong value) in _powerOn)
        {
            ulong now = _device.Model.Read(bar, offset, 4);
            if (now != value) throw new FuzzFailureException($"BAR {bar} has 0x{now:X} at 0x{offset:X} after a reset, and 0x{value:X} after power-on");
        }

        Advance(TimeSpan.FromMicroseconds(100));
        if (Model.Heard > 0) throw new FuzzFailureException($"{Model.Heard} transfers or interrupts after a reset that nothing followed");
        for (int i = 0; i < _config.Length; i++)
            if (_function.Config.Read32(4 * i) != _config[i]) _function.Config.Write32(4 * i, _config[i]);
        Shared.Clear();
        Drain();
        _device.Clear?.Invoke();
        _doorbells = Model.Counters.Doorbells;
    }

    private int Drain()
    {
        int frames = 0;
        for (; _device.Wire is { } wire && wire.TryPeek(out _); frames++) wire.Take();
        return frames;
    }

    public void Dispose() => _machine.DisposeAsync().AsTask().GetAwaiter().GetResult();
}
