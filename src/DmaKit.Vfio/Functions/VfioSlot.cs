using DmaKit.Platforms;

namespace DmaKit.Vfio;

/// <summary>A function that the program may open, and whether it has.</summary>
internal sealed class VfioSlot(HostFunction function)
{
    internal HostFunction Function { get; } = function;

    internal PciFunctionInfo Info => Function.Info;

    internal Lock Gate { get; } = new();

    internal VfioFunction? Open { get; set; }

    /// <summary>The address space that it was opened in, when it may have kept an address of it: it was not reset since.</summary>
    internal DmaDomain? Remembers { get; set; }
}
