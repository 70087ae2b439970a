namespace DmaKit;

/// <summary>Something of an awaited resource that a named request holds.</summary>
/// <param name="Line">Where others wait for it.</param>
/// <param name="At">Which unit: the number of a packet or block, the place of a piece. Of no meaning where <paramref name="Units"/> say it.</param>
/// <param name="Amount">How many units.</param>
/// <param name="Units">The numbers of the units, in its first <paramref name="Amount"/> places; null where one number says it.</param>
internal readonly record struct Hold(WaitLine Line, long At, long Amount, int[]? Units = null)
{
    /// <summary>Whether both are the same thing. Amount and numbers of a thing do not change while it is held.</summary>
    public bool Is(in Hold other) => Line == other.Line && At == other.At && Units == other.Units;
}
