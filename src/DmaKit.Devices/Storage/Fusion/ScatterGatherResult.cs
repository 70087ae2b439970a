namespace DmaKit.Devices;

/// <summary>How reading a scatter-gather list stands.</summary>
internal enum ScatterGatherResult
{
    More,
    Complete,
    Invalid,
    Refused,
    TooLong,
}
