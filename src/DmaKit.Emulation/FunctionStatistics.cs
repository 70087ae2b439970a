namespace DmaKit.Emulation;

/// <summary>What the machine saw a device do.</summary>
/// <param name="Address">Its address.</param>
/// <param name="Transfers">Transfers it asked for.</param>
/// <param name="TransferBytes">Bytes of these.</param>
/// <param name="RefusedTransfers">Transfers that were refused, in whole or in part.</param>
/// <param name="InterruptsDelivered">Interrupts that reached the program.</param>
public readonly record struct FunctionStatistics(
    string Address, long Transfers, long TransferBytes, long RefusedTransfers, long InterruptsDelivered);
