namespace DmaKit.Cli;

/// <summary>The fixed set of buffers of a transfer: as many as requests may be in flight, however long the transfer is.</summary>
internal sealed class TransferBuffers : IDisposable
{
    /// <summary>The length of each buffer, and of each request.</summary>
    internal const int ChunkBytes = 64 * 1024;

    private readonly List<Memory<byte>> _buffers = [];
    private readonly List<IDisposable> _owners = [];

    private TransferBuffers()
    {
    }

    /// <summary>How many there are.</summary>
    internal int Count => _buffers.Count;

    /// <summary>One block, for what is read before it is changed.</summary>
    internal Memory<byte> Edge { get; private set; }

    /// <summary>A buffer.</summary>
    internal Memory<byte> this[int place] => _buffers[place];

    /// <summary>Takes as many buffers as the machine has memory for.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="notice">Is told when they are fewer than commands can be in flight.</param>
    internal static TransferBuffers Allocate(DiskMachine machine, Action<string> notice)
    {
        var buffers = new TransferBuffers();
        int wanted = machine.Driver.QueueDepth;

        // Half of what is free stays free, for map registers.
        int most = machine.Settings.Managed ? wanted : (int)Math.Clamp(machine.FreeBytes / 2 / ChunkBytes, 1, wanted);
        try
        {
            buffers.Edge = buffers.Take(machine, ImageFile.BlockBytes);
            while (buffers.Count < most) buffers._buffers.Add(buffers.Take(machine, ChunkBytes));
        }
        catch
        {
            buffers.Dispose();
            throw;
        }

        if (most < wanted) notice($"{most} data buffers instead of {wanted}: the machine's memory has no room for more");
        return buffers;
    }

    public void Dispose()
    {
        foreach (IDisposable owner in _owners) owner.Dispose();
        _owners.Clear();
    }

    private Memory<byte> Take(DiskMachine machine, int length)
    {
        Memory<byte> memory = machine.AllocateData(length, out IDisposable? owner);
        if (owner is not null) _owners.Add(owner);
        return memory;
    }
}
