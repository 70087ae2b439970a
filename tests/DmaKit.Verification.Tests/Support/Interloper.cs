namespace DmaKit.Verification.Tests;

/// <summary>Does something in the middle of a rent, once.</summary>
internal sealed class Interloper : DmaObserver
{
    public Action? Once { get; set; }

    public override void OnRented(object owner, LogicalRange piece)
    {
        Action? work = Once;
        Once = null;
        work?.Invoke();
    }
}
