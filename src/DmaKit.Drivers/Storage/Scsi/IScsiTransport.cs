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

    /// <summary>Room for 256 bytes of what a device says of itself, which takes no map register where that can be.</summary>
    Memory<byte> TakeAnswers();

    /// <summary>Gives it back. Not called when a command may still write there.</summary>
    void ReturnAnswers(Memory<byte> answers);
}
