using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using DmaKit.Devices;
using DmaKit.Emulation;
using DmaKit.Platforms;

namespace DmaKit.Benchmarks;

/// <summary>
/// A command from renting its packet to the awaited outcome, on a device that does nothing: packet, tag, deadline, doorbell, completion.
/// The peer is what is written by hand for lack of a pool: a task source a command, found by id in a dictionary.
/// </summary>
internal sealed class CommandsPosted : Row
{
    private readonly EmulatedPlatform _machine = new(new() { MemoryBytes = 16 << 20, Stepped = true });
    private readonly PciFunction _function;
    private readonly RegisterWindow _registers;
    private readonly CommandPool<Packet, int> _pool;

    public CommandsPosted()
    {
        string address = _machine.Add(new IdleDevice());
        _function = _machine.Run(async () => await _machine.OpenAsync(address));
        _registers = _function.MapBar(0);
        _pool = CommandPool<Packet, int>.CreateUpTo(_function.CreateAdapter(DmaConstraints.None), 32, 1);
    }

    public override string Id => "commands-net";

    public override string Title => "command from rented packet to awaited outcome, device that does nothing";

    public override string Peer => "TaskCompletionSource in a ConcurrentDictionary";

    public override string Note => "ours writes a doorbell register and keeps a deadline; the peer does neither";

    public override Measurement Measure(Sampler sampler) => sampler.Compare(
        n => _machine.Run(() => OursAsync(n)),
        n => _machine.Run(() => TheirsAsync(n)));

    public override void Dispose() => _machine.Run(async () => await _machine.DisposeAsync());

    private async Task<long> OursAsync(int n)
    {
        for (int i = 0; i < n; i++)
        {
            Command<Packet, int> command = await _pool.RentAsync();
            CommandTag tag = command.Tag;
            command.Packet = new Packet { Tag = tag.Wire };
            ValueTask<CommandOutcome<int>> ended = command.PostAsync(default, _registers, 0, TimeSpan.FromSeconds(5));
            _pool.Complete(tag, i, 0);
            await ended;
        }

        return n;
    }

    private static async Task<long> TheirsAsync(int n)
    {
        var posted = new ConcurrentDictionary<uint, TaskCompletionSource<int>>();
        byte[] packet = new byte[64];
        for (uint i = 0; i < n; i++)
        {
            var source = new TaskCompletionSource<int>(TaskCreationOptions.None);
            posted[i] = source;
            packet[0] = (byte)i;
            Task<int> ended = source.Task;
            if (posted.TryRemove(i, out TaskCompletionSource<int>? done)) done.SetResult((int)i);
            await ended;
        }

        return n;
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
