namespace DmaKit;

/// <summary>What a <see cref="DeviceClock"/> knows.</summary>
public enum DeviceClockState
{
    /// <summary>Nothing was reported yet, or nothing since <see cref="DeviceClock.Restart"/>.</summary>
    Waiting,

    /// <summary>The device moves, and the clock follows it.</summary>
    Following,

    /// <summary>The device stands still: the same position is reported again and again.</summary>
    Stalled,
}
