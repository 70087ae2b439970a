namespace DmaKit;

/// <summary>The part of a driver that makes a device let go of a command: abort, target reset, adapter reset.</summary>
public interface ICommandSupervisor
{
    /// <summary>
    /// A posted command's time ran out, or its caller gave up. The packet, and data that is mapped directly, stay the device's until it
    /// gives the tag back or <see cref="DmaAdapter.DeclareQuiet"/> is called: do what brings that about.
    /// </summary>
    /// <remarks>Runs where continuations run, not in callback context. Must not throw; start long work and return.</remarks>
    /// <param name="tag">The command's tag.</param>
    /// <param name="packet">Where its packet is to the device.</param>
    /// <param name="why"><see cref="CommandStatus.TimedOut"/> or <see cref="CommandStatus.Cancelled"/>.</param>
    void OnOverdue(CommandTag tag, LogicalAddress packet, CommandStatus why);
}
