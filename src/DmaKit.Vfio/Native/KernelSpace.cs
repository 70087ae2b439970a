namespace DmaKit.Vfio.Native;

/// <summary>A logical address space that the kernel keeps in the IOMMU: which addresses lead to which memory of this process.</summary>
/// <remarks>Safe from any thread. Closing it takes every mapping away.</remarks>
internal abstract class KernelSpace : IDisposable
{
    /// <summary>Which addresses may be mapped, in order, each with its first and last byte, and how many mappings may be made yet.</summary>
    internal abstract (IReadOnlyList<(ulong First, ulong Last)> Ranges, long Mappings) Ask();

    /// <summary>How much memory this process may lock, as mappings of this space count it.</summary>
    internal abstract MemoryLock Locks { get; }

    /// <summary>Lets devices read, and write where that is said, memory of this process, which stays where it is until it was unmapped.</summary>
    /// <returns>0, or the error number.</returns>
    internal abstract int Map(ulong address, nint host, long length, bool writable);

    /// <summary>Takes mappings away that lie whole in a range. When it returns, no device comes to the memory any more.</summary>
    /// <returns>0, or the error number.</returns>
    internal abstract int Unmap(ulong address, long length);

    public abstract void Dispose();
}
