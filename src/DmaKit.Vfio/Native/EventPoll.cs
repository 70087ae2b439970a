using System.Runtime.InteropServices;

namespace DmaKit.Vfio.Native;

/// <summary>Waits for any of many event counters.</summary>
/// <remarks>One thread waits; adding and removing is safe from any.</remarks>
internal sealed unsafe class EventPoll : IDisposable
{
    private const int CloseOnExec = 0x80000, Add = 1, Remove = 2, Most = 32;
    private const uint Readable = 1;

    private readonly Descriptor _poll = new(Kernel.NewPoll(CloseOnExec));

    // The kernel's structure, a 32-bit mask and 64 bits of ours, is packed on x64 and on no other machine.
    private readonly int _size = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;

    internal EventPoll()
    {
        if (_poll.IsInvalid) throw new DmaException($"The kernel made no epoll: {Kernel.Words(Kernel.LastError)}.");
    }

    /// <summary>Waits for a counter too, from now on.</summary>
    internal void Watch(Descriptor counter, long tag)
    {
        byte* change = stackalloc byte[16];

        // SAFETY: 16 bytes on this stack hold the structure in both its shapes.
        *(uint*)change = Readable;
        *(long*)(change + _size - sizeof(long)) = tag;
        if (Kernel.ChangePoll(_poll, Add, counter, change) != 0) throw new DmaException($"The kernel refused to wait for an event: {Kernel.Words(Kernel.LastError)}.");
    }

    /// <summary>Waits for a counter no more.</summary>
    internal void Forget(Descriptor counter)
    {
        byte* change = stackalloc byte[16];

        // SAFETY: the kernel reads nothing of it for a removal, but old ones want it to be there.
        _ = Kernel.ChangePoll(_poll, Remove, counter, change);
    }

    /// <summary>Waits until some counter is not zero.</summary>
    /// <param name="tags">Room for the tags of those that are.</param>
    /// <returns>How many were.</returns>
    internal int Wait(Span<long> tags)
    {
        byte* events = stackalloc byte[Most * 16];
        int most = Math.Min(Most, tags.Length);

        // SAFETY: room for that many structures on this stack; what lies before the count returned is written by the kernel.
        int count = Kernel.WaitPoll(_poll, events, most, -1);
        for (int i = 0; i < count; i++) tags[i] = *(long*)(events + i * _size + _size - sizeof(long));
        return Math.Max(count, 0);
    }

    /// <summary>Takes a counter's events: it is zero afterwards.</summary>
    internal static void Take(Descriptor counter)
    {
        ulong count;

        // SAFETY: 8 bytes on this stack.
        _ = Kernel.Read(counter, &count, sizeof(ulong));
    }

    /// <summary>Adds one to a counter.</summary>
    internal static void Raise(Descriptor counter)
    {
        ulong one = 1;

        // SAFETY: 8 bytes on this stack.
        _ = Kernel.Write(counter, &one, sizeof(ulong));
    }

    public void Dispose() => _poll.Dispose();
}
