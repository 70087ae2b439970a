namespace DmaKit;

/// <summary>A transfer that the platform refused: the device used an address it had no right to.</summary>
/// <param name="Device">The function's address, such as <c>0000:00:05.0</c>.</param>
/// <param name="Address">Where the device reached.</param>
/// <param name="Length">How many bytes it wanted, 0 where the platform cannot say.</param>
/// <param name="IsWrite">Whether it wanted to write.</param>
/// <param name="Reason">Why it was refused, in words.</param>
public sealed record DmaFault(string Device, LogicalAddress Address, long Length, bool IsWrite, string Reason)
{
    /// <summary>
    /// The live buffer nearest to <see cref="Address"/>, by name; one that was freed when the address lies in it and in no live one; null when
    /// there is neither.
    /// </summary>
    public string? NearestBuffer { get; init; }

    /// <summary>Whether <see cref="NearestBuffer"/> was freed, of late: the device was told of it, or the driver kept its address.</summary>
    public bool NearestIsFreed { get; init; }

    /// <summary>Bytes from that buffer: negative before its start, positive past its end, 0 inside.</summary>
    public long Distance { get; init; }

    /// <summary>One line: who did what where, and what lies nearest.</summary>
    public override string ToString()
    {
        string line = $"device {Device} {(IsWrite ? "wrote" : "read")} {Address}: {Reason}";
        if (NearestBuffer is null) return line;
        if (NearestIsFreed) return $"{line}: inside '{NearestBuffer}', which was freed";
        return Distance == 0 ? $"{line}: inside '{NearestBuffer}'"
            : Distance > 0 ? $"{line}: {Distance} bytes past the end of '{NearestBuffer}'"
            : $"{line}: {-Distance} bytes before '{NearestBuffer}'";
    }
}
