namespace DmaKit;

/// <summary>A call that waits for map registers.</summary>
internal abstract class RegisterWaiter(DmaAdapter adapter) : Waiter(adapter)
{
    /// <summary>Whose the registers become.</summary>
    public abstract IRegisterTaker Taker { get; }

    public override long Wanted => Taker.RegisterCount;

    public override bool WantsOneRun => Taker.NeedsOneRun;
}
