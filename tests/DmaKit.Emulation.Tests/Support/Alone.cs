namespace DmaKit.Emulation.Tests;

/// <summary>Tests that need both processors, or count what the whole process does: nothing runs beside them.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
