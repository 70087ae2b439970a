namespace DmaKit.Native;

/// <summary>How far a wait for a block is. Exactly one of the last three ends it.</summary>
internal enum PoolWaiterState
{
    /// <summary>In nobody's use.</summary>
    Idle,

    /// <summary>In the queue.</summary>
    Queued,

    /// <summary>It has a block.</summary>
    Granted,

    /// <summary>It was cancelled while it stood in the queue.</summary>
    Cancelled,

    /// <summary>The pool was disposed.</summary>
    Closed,
}
