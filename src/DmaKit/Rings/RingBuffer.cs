using DmaKit.Native;

namespace DmaKit;

/// <summary>What all rings do alike: get their memory.</summary>
internal static class RingBuffer
{
    /// <summary>Rings start on a cache line of their own, and on a page anyway.</summary>
    internal static CommonBuffer Allocate<T>(DmaAdapter adapter, int preferred, int minimum, string name) where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(adapter);
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (minimum < 2) throw new ArgumentOutOfRangeException(nameof(minimum), minimum, $"A ring of {minimum} entries; legal: 2 or more.");
        ArgumentOutOfRangeException.ThrowIfLessThan(preferred, minimum);
        CallbackContext.Forbid("Creation of a ring", "make it when the driver starts; its other members are legal in a handler");
        return adapter.AllocateCommonBufferUpTo((long)preferred * SizeOf<T>.Bytes, (long)minimum * SizeOf<T>.Bytes, new CommonBufferOptions { Name = name });
    }

    internal static int Count<T>(CommonBuffer buffer) where T : unmanaged => (int)(buffer.Length / SizeOf<T>.Bytes);
}
