namespace DmaKit;

/// <summary>What a block of a pool was doing when the snapshot was taken.</summary>
public enum BlockState
{
    /// <summary>It can be rented.</summary>
    Free,

    /// <summary>Somebody holds it.</summary>
    Rented,

    /// <summary>Its handles are used up; it is not handed out any more.</summary>
    Retired,
}
