using DmaKit.Emulation;
using DmaKit.Platforms;

namespace DmaKit.Tests;

/// <summary>A chain of up to 12 fragments of any kind: managed memory, common buffer, and system buffer within and beyond reach.</summary>
internal sealed class RandomChain : IDisposable
{
    private readonly SystemBuffer _system;
    private readonly CommonBuffer _common;
    private readonly List<Memory<byte>> _parts = [];

    public RandomChain(EmulatedPlatform machine, DmaAdapter dma, Random random, int longest = 9000)
    {
        _system = machine.AllocateSystemBuffer(128 << 10);
        _common = dma.AllocateCommonBufferUpTo(128 << 10, 4096);
        Chain = BufferChain.Rent();
        int count = 1 + random.Next(12);
        int step = random.Next(2) == 0 ? 1 : 64;
        int at = 0;
        for (int i = 0; i < count; i++)
        {
            int length = step * (1 + random.Next(random.Next(3) == 0 ? longest / step : 1 + 300 / step));
            Memory<byte> part = random.Next(3) switch
            {
                0 => new byte[length],
                1 => _system.Memory(at, length),
                _ when at + length <= _common.Length => _common.Memory(at, length),
                _ => new byte[length],
            };
            random.NextBytes(part.Span);
            _parts.Add(part);
            Chain.Add(part);

            // The next one lies beside it, or a little away.
            at += length + (random.Next(2) == 0 ? 0 : random.Next(700));
        }
    }

    public BufferChain Chain { get; }

    public byte[] Bytes()
    {
        var bytes = new List<byte>();
        foreach (Memory<byte> part in _parts) bytes.AddRange(part.Span);
        return [.. bytes];
    }

    public void Dispose()
    {
        Chain.Dispose();
        _common.Dispose();
        _system.Dispose();
    }
}
