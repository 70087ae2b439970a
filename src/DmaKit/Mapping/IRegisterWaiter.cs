namespace DmaKit;

/// <summary>A call that waits for map registers.</summary>
internal interface IRegisterWaiter
{
    /// <summary>Whose the registers become.</summary>
    IRegisterTaker Taker { get; }
}
