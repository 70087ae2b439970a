using DmaKit.Platforms;

namespace DmaKit.Cli;

/// <summary>The buffers of the demo's requests: two of three lie in the machine's memory, the third is a managed array, which bounces.</summary>
internal sealed class DemoBuffers : IDisposable
{
    /// <summary>The length of each.</summary>
    internal const int Length = 64 * 1024;

    private readonly List<SystemBuffer> _owned = [];
    private readonly Memory<byte>[] _buffers;

    internal DemoBuffers(DiskMachine machine)
    {
        _buffers = new Memory<byte>[machine.Driver.QueueDepth];
        for (int place = 0; place < _buffers.Length; place++)
        {
            if (machine.Settings.Managed || place % 3 == 1)
            {
                _buffers[place] = GC.AllocateUninitializedArray<byte>(Length);
                continue;
            }

            SystemBuffer buffer = machine.Platform.AllocateSystemBuffer(Length);
            _owned.Add(buffer);
            _buffers[place] = buffer.Memory();
        }
    }

    /// <summary>How many there are: one a packet.</summary>
    internal int Count => _buffers.Length;

    /// <summary>A buffer.</summary>
    internal Memory<byte> this[int place] => _buffers[place];

    public void Dispose()
    {
        foreach (SystemBuffer buffer in _owned) buffer.Dispose();
    }
}
