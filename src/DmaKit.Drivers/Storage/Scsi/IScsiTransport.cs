namespace DmaKit.Drivers;

/// <summary>What carries SCSI commands to a device: an adapter's driver.</summary>
internal interface IScsiTransport
{
    /// <summary>Sends one command, and waits until it has ended. Tries nothing again.</summary>
    /// <param name="target">The device's number on the adapter.</param>
    /// <param name="command">The command. One that counts blocks is sent for as many as can be mapped at once.</param>
    /// <param name="into">Where its data goes, for one that reads; empty otherwise.</param>
    /// <param name="from">Its data, for one that writes; empty otherwise.</param>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask<ScsiOutcome> SendAsync(int target, ScsiCommand command, Memory<byte> into, ReadOnlyMemory<byte> from, CancellationToken cancellationToken);

    /// <summary>Posts one command that counts blocks, if everything it takes is there now and all of it fits one transfer.</summary>
    /// <param name="target">The device's number on the adapter.</param>
    /// <param name="command">The command.</param>
    /// <param name="into">Where its data goes, for one that reads; empty otherwise.</param>
    /// <param name="from">Its data, for one that writes; empty otherwise.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="posted">The command. <see cref="End"/> is called once for it, with its outcome.</param>
    /// <returns>False when <see cref="SendAsync"/> must do it. Nothing is held then.</returns>
    bool TryPost(int target, in ScsiCommand command, Memory<byte> into, ReadOnlyMemory<byte> from, CancellationToken cancellationToken, out ScsiPosted posted);

    /// <summary>A command that was posted by <see cref="TryPost"/> has ended: says how.</summary>
    ScsiOutcome End(in CommandOutcome<ScsiReply> outcome, long mapped, FusionMptGate gate, CancellationToken cancellationToken);

    /// <summary>Room for 256 bytes of what a device says of itself, which takes no map register where that can be.</summary>
    Memory<byte> TakeAnswers();

    /// <summary>Gives it back. Not called when a command may still write there.</summary>
    void ReturnAnswers(Memory<byte> answers);
}
