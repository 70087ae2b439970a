using DmaKit.Platforms;

namespace DmaKit.Cli;

/// <summary>A request's data, wherever the seed puts it: an array, which bounces, or memory of the machine, at an even place or not. Given back at once when the request ends.</summary>
internal sealed class TortureBuffer : IDisposable
{
    private readonly SystemBuffer? _system;

    internal TortureBuffer(TortureBench bench, int length)
    {
        int offset = bench.Random.Next(3) == 0 ? bench.Random.Next(4096) : 0;
        _system = bench.Random.Next(3) == 0 ? null : bench.TryBuffer(length + offset);
        Memory = _system is null ? new byte[length + offset].AsMemory(offset) : _system.Memory(offset, length);
    }

    internal Memory<byte> Memory { get; }

    public void Dispose() => _system?.Dispose();
}
