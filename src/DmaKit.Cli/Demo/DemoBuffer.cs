namespace DmaKit.Cli;

/// <summary>One common buffer, as the pictures draw it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Address">Where it is to the device.</param>
/// <param name="Length">Its length in bytes.</param>
/// <param name="Kind">What it is for.</param>
internal readonly record struct DemoBuffer(string Name, LogicalAddress Address, long Length, DemoBufferKind Kind);
