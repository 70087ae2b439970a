using DmaKit.Formats;

namespace DmaKit.Cli;

/// <summary>What a network verb was asked for.</summary>
/// <param name="Machine">What the machine is like; its queue depth is how many frames are under way.</param>
/// <param name="Fragments">Into how many pieces each packet is split.</param>
/// <param name="Format">The format of the output; null to go by its name.</param>
internal sealed record NetSettings(MachineSettings Machine, int Fragments, CaptureFormat? Format);
