using DmaKit.Platforms;

namespace DmaKit.Vfio;

/// <summary>Where a platform's memory for devices comes from.</summary>
/// <remarks>Safe from any thread. After disposal nobody may access what was handed out.</remarks>
internal interface IMemorySource : IDisposable
{
    /// <summary>Allocates ordinary memory: virtually contiguous, physically wherever.</summary>
    /// <exception cref="DmaResourceException">That much cannot be had.</exception>
    SystemBuffer AllocateSystemBuffer(long length);

    /// <summary>Looks, before the platform closes, whether what is still handed out is as it should be, and reports what is not.</summary>
    void Inspect();
}
