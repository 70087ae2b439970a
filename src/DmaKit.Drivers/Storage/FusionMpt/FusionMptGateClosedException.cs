namespace DmaKit.Drivers;

/// <summary>A packet was not posted because the adapter is being reset. Never leaves the driver.</summary>
internal sealed class FusionMptGateClosedException() : DmaException("The adapter is being reset.");
