namespace DmaKit.Qemu;

/// <summary>QEMU, or a program that it is started with, is not on this machine.</summary>
/// <param name="missing">What is missing.</param>
/// <param name="remedy">The one command that mends it.</param>
public sealed class QemuMissingException(string missing, string remedy) : DmaException($"{missing} Mend it with: {remedy}")
{
    /// <summary>What is missing, without the remedy.</summary>
    public string Missing { get; } = missing;

    /// <summary>The one command that mends it.</summary>
    public string Remedy { get; } = remedy;
}
