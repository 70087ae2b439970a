namespace DmaKit;
/// <summary>A request's data made reachable.</summary>
public readonly struct DmaMapping
{
}
