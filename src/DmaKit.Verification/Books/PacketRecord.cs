namespace DmaKit.Verification;

/// <summary>What is known of a packet at the device.</summary>
internal sealed record PacketRecord(PieceRecord Piece, CommandTag Tag, CallSite PostedAt)
{
    /// <summary>The packet's bytes as they were when it was posted; null when they are not compared.</summary>
    public byte[]? Before { get; set; }
}
