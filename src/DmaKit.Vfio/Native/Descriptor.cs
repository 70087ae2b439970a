using Microsoft.Win32.SafeHandles;

namespace DmaKit.Vfio.Native;

/// <summary>A file descriptor of this process, closed once, when the last call that uses it is over.</summary>
internal sealed class Descriptor : SafeHandleMinusOneIsInvalid
{
    /// <summary>Used by the marshaller.</summary>
    public Descriptor() : base(ownsHandle: true)
    {
    }

    internal Descriptor(int descriptor) : base(ownsHandle: true) => SetHandle(descriptor);

    /// <summary>The number itself, for structures that carry it; the caller keeps this object alive meanwhile.</summary>
    internal int Number => (int)handle;

    protected override bool ReleaseHandle() => Kernel.Close((int)handle) == 0;
}
