namespace DmaKit;

/// <summary>A place in a chain.</summary>
/// <param name="Fragment">In which fragment.</param>
/// <param name="Within">How many bytes from its start.</param>
internal readonly record struct ChainCursor(int Fragment, long Within);
