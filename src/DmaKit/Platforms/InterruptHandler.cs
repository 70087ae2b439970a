namespace DmaKit.Platforms;

/// <summary>
/// Looks at the device after an interrupt. Runs in callback context: short, no waiting, no allocation of common buffers.
/// </summary>
/// <param name="context">Proof of being in callback context.</param>
/// <returns>True when the device had something for this handler, false when the interrupt was not its own (lines are shared).</returns>
public delegate bool InterruptHandler(in CallbackContext context);
