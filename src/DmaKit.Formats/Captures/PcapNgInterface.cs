namespace DmaKit.Formats;

/// <summary>An interface that a section of a pcapng file describes.</summary>
/// <param name="LinkType">What its packets begin with.</param>
/// <param name="SnapLength">The most bytes of a packet that it kept; 0 for all.</param>
/// <param name="UnitsPerSecond">In what its times are counted.</param>
/// <param name="OffsetSeconds">What is added to its times.</param>
internal readonly record struct PcapNgInterface(int LinkType, uint SnapLength, UInt128 UnitsPerSecond, long OffsetSeconds);
