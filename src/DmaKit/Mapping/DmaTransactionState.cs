namespace DmaKit;

/// <summary>How far a <see cref="DmaTransaction"/> is.</summary>
public enum DmaTransactionState
{
    /// <summary>Nothing was begun, or it was disposed.</summary>
    Idle,

    /// <summary>Begun, or between two stages: nothing is mapped.</summary>
    Begun,

    /// <summary>A stage waits for map registers.</summary>
    Staging,

    /// <summary>A stage is mapped: the device has it.</summary>
    Staged,

    /// <summary>All was transferred, or it was ended with less.</summary>
    Done,
}
