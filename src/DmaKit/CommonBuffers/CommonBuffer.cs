namespace DmaKit;
/// <summary>Memory both sides use at once.</summary>
public sealed class CommonBuffer
{
}
