namespace DmaKit.Formats;

/// <summary>What a parser made of the bytes it asked for.</summary>
internal enum CaptureStep
{
    /// <summary>It goes on.</summary>
    More,

    /// <summary>The head of the file is read.</summary>
    Head,

    /// <summary>They were a packet's bytes.</summary>
    Packet,
}
