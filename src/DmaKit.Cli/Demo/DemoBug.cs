namespace DmaKit.Cli;

/// <summary>A bug that drivers have, planted on purpose: a ring is given back, and a span of it that was kept is written to.</summary>
/// <remarks>Without a verifier it changes a byte of whoever has that memory next, and nobody knows.</remarks>
internal static class DemoBug
{
    /// <summary>Does it.</summary>
    /// <param name="adapter">Whose memory.</param>
    internal static void Plant(DmaAdapter adapter)
    {
        if (!adapter.TryAllocateCommonBuffer(256, new CommonBufferOptions { Name = "event ring" }, out CommonBuffer? ring)) return;
        Span<byte> kept = ring.Span(0, 256);
        ring.DeclareQuiet();
        ring.Dispose();
        kept[8] = 1;
    }
}
