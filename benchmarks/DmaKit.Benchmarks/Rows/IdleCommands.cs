using System.Diagnostics;
using System.Runtime.InteropServices;
using DmaKit.Devices;
using DmaKit.Emulation;
using DmaKit.Platforms;

namespace DmaKit.Benchmarks;

/// <summary>Commands from the rented packet to the awaited outcome, on an emulated device that does nothing: some at a time, all of them before the first is answered.</summary>
internal sealed class IdleCommands : IDisposable
{
    private readonly EmulatedPlatform _machine = new(new() { MemoryBytes = 16 << 20, Stepped = true });
    private readonly RegisterWindow _registers;
    private readonly CommandPool<Packet, int> _pool;
    private readonly CommandTag[] _tags;
    private readonly ValueTask<CommandOutcome<int>>[] _ended;

    public IdleCommands(int depth)
    {
        string address = _machine.Add(new IdleDevice());
        PciFunction function = _machine.Run(async () => await _machine.OpenAsync(address));
        _registers = function.MapBar(0);
        _pool = CommandPool<Packet, int>.CreateUpTo(function.CreateAdapter(DmaConstraints.None), Math.Max(depth, 32), depth);
        _tags = new CommandTag[depth];
        _ended = new ValueTask<CommandOutcome<int>>[depth];
    }

    public long Run(int n) => _machine.Run(() => RunAsync(n, null));

    /// <summary>As <see cref="Run(int)"/>, and notes how long each round takes: as many commands as are in flight.</summary>
    public void Run(int n, Histogram times) => _machine.Run(() => RunAsync(n, times));

    public void Dispose() => _machine.Run(async () => await _machine.DisposeAsync());

    private async Task<long> RunAsync(int n, Histogram? times)
    {
        int done = 0;
        long last = Stopwatch.GetTimestamp();
        for (; done < n; done += _tags.Length)
        {
            for (int i = 0; i < _tags.Length; i++)
            {
                Command<Packet, int> command = await _pool.RentAsync();
                CommandTag tag = command.Tag;
                command.Packet = new Packet { Tag = tag.Wire };
                _tags[i] = tag;
                _ended[i] = command.PostAsync(default, _registers, 0, TimeSpan.FromSeconds(5));
            }

            for (int i = 0; i < _tags.Length; i++) _pool.Complete(_tags[i], i, 0);
            for (int i = 0; i < _tags.Length; i++) await _ended[i];
            if (times is null) continue;
            long now = Stopwatch.GetTimestamp();
            times.Add(now - last);
            last = now;
        }

        return done;
    }

    [StructLayout(LayoutKind.Sequential, Size = 64)]
    private struct Packet
    {
        public uint Tag;
    }

    /// <summary>Takes every register write, and does nothing.</summary>
    private sealed class IdleDevice : DeviceModel
    {
        public override DeviceIdentity Identity { get; } = new()
        {
            VendorId = 0x1234,
            DeviceId = 2,
            ClassCode = 0x088000,
            Description = "idle",
            Bars = [new BarSpecification(0, 4096)],
        };

        public override DeviceCounters Counters => default;

        public override ulong Read(int bar, long offset, int size) => 0;

        public override void Write(int bar, long offset, int size, ulong value)
        {
        }

        public override void Reset()
        {
        }
    }
}
