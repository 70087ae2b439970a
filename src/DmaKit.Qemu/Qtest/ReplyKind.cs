namespace DmaKit.Qemu;

/// <summary>What a line from QEMU can be.</summary>
internal enum ReplyKind
{
    /// <summary>The command was done.</summary>
    Done,

    /// <summary>The command was done, and this is what it read.</summary>
    Value,

    /// <summary>QEMU refused the command.</summary>
    Refused,

    /// <summary>An interrupt line went up, in answer to nothing.</summary>
    Raise,

    /// <summary>An interrupt line went down, in answer to nothing.</summary>
    Lower,

    /// <summary>Nothing that QEMU says.</summary>
    Nonsense,
}
