namespace DmaKit.Drivers.Tests;

/// <summary>What a <see cref="PlainSender"/> does wrong.</summary>
public enum SenderMistake
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Its commands lie in ordinary memory: it holds the registers of a frame while it waits for those of the frame's command.</summary>
    HoldsAndWaits,

    /// <summary>A frame counts as sent as soon as the card was told of it.</summary>
    CompletesEarly,

    /// <summary>The own bit is not looked at, only that some time has gone by.</summary>
    IgnoresOwnBit,

    /// <summary>A frame is mapped again though its mapping stands.</summary>
    MapsTwice,

    /// <summary>The pieces of a mapping count as one run, wherever they lie.</summary>
    IgnoresContiguity,
}
