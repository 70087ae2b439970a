namespace DmaKit;

/// <summary>For fault plans: lets those wait who ask a domain for something and are ready to wait for it, though it may be there.</summary>
/// <remarks>Safe from any thread; called outside the gates of the lines.</remarks>
internal interface IGrantDelay
{
    /// <summary>Somebody asks, and is ready to wait.</summary>
    /// <returns>How long nobody is granted anything in the line that he comes to; zero for at once.</returns>
    TimeSpan Next();
}
