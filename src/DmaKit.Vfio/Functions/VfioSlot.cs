using DmaKit.Platforms;

namespace DmaKit.Vfio;

/// <summary>A function that the program may open, and whether it has.</summary>
internal sealed class VfioSlot(PciFunctionInfo info, int group)
{
    internal PciFunctionInfo Info { get; } = info;

    internal int Group { get; } = group;

    internal Lock Gate { get; } = new();

    internal VfioFunction? Open { get; set; }
}
