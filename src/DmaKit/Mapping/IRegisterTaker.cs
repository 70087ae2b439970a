namespace DmaKit;

/// <summary>Who takes map registers: a mapping, or a reservation.</summary>
internal interface IRegisterTaker
{
    /// <summary>Whose reach and boundary they must keep.</summary>
    DmaAdapter Adapter { get; }

    /// <summary>Where the numbers of the registers go.</summary>
    int[] Registers { get; }

    /// <summary>How many there are to be.</summary>
    int RegisterCount { get; }

    /// <summary>Whether they must be contiguous to the device.</summary>
    bool NeedsOneRun { get; }
}
