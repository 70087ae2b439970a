namespace DmaKit.Drivers;

/// <summary>Known defects that a test can give the driver, to see that its properties catch them.</summary>
internal enum Rtl8139Defect
{
    /// <summary>None.</summary>
    None,

    /// <summary>A frame counts as sent as soon as the card was told of it.</summary>
    CompletesEarly,

    /// <summary>The own bit is not looked at: a descriptor that the card still has counts as done.</summary>
    IgnoresOwnBit,

    /// <summary>The read position is not brought back to the ring's start.</summary>
    ForgetsToWrap,
}
