namespace DmaKit.Platforms;

/// <summary>Adjacent page frames.</summary>
/// <param name="First">The number of the first one: its physical address by the page size.</param>
/// <param name="Count">How many.</param>
internal readonly record struct FrameRun(long First, long Count)
{
    internal long End => First + Count;
}
