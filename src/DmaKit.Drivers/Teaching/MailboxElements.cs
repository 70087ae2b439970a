using System.Runtime.CompilerServices;

namespace DmaKit.Drivers;

/// <summary>The elements of a packet of the mailbox device.</summary>
[InlineArray(Capacity)]
internal struct MailboxElements
{
    /// <summary>The most that a packet has room for.</summary>
    public const int Capacity = 5;

    private MailboxElement _first;
}
