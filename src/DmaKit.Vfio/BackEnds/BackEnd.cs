using DmaKit.Vfio.Native;

namespace DmaKit.Vfio;

/// <summary>One of the ways in which the kernel gives a program functions, and logical address spaces for them. A platform uses one.</summary>
/// <remarks>Safe from any thread. Disposal, once no function is open any more, takes every mapping away.</remarks>
internal abstract class BackEnd : IDisposable
{
    /// <summary>Opens a function for this program alone.</summary>
    /// <param name="function">One that the back end can open.</param>
    /// <returns>The function, and the address space that it lives in; that one stays until the back end is disposed.</returns>
    /// <exception cref="DmaException">It cannot be had; the message says why and what mends it.</exception>
    internal abstract (DeviceFile Device, DmaDomain Domain) Open(HostFunction function);

    public abstract void Dispose();
}
