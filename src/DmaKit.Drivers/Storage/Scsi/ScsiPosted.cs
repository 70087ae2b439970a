namespace DmaKit.Drivers;

/// <summary>A command that the adapter has.</summary>
/// <param name="Outcome">How it ends.</param>
/// <param name="Mapped">How many bytes it is for.</param>
/// <param name="Gate">The way it was posted by.</param>
internal readonly record struct ScsiPosted(ValueTask<CommandOutcome<ScsiReply>> Outcome, long Mapped, FusionMptGate Gate);
