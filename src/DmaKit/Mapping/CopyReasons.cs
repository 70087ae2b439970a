namespace DmaKit;

/// <summary>Why bytes of a request are copied instead of being taken where they lie.</summary>
[Flags]
public enum CopyReasons
{
    /// <summary>They are not.</summary>
    None = 0,

    /// <summary>The device does not reach them: managed memory, memory of another platform, or addresses beyond its address bits.</summary>
    Reach = 1,

    /// <summary>They do not start where an element may start (<see cref="DmaConstraints.ElementAlignment"/>).</summary>
    Alignment = 2,

    /// <summary>An element would end where only the last one may (<see cref="DmaConstraints.LengthGranularity"/>).</summary>
    Granularity = 4,

    /// <summary>There would be more elements than the device takes (<see cref="DmaConstraints.MaxElements"/>).</summary>
    Count = 8,

    /// <summary>The coalescer was told to make one block of everything, or to leave room in front.</summary>
    Policy = 16,
}
