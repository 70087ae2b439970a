namespace DmaKit.Qemu;

/// <summary>QEMU, or a program that it is started with, is not on this machine.</summary>
/// <param name="message">What is missing.</param>
/// <param name="remedy">The one command that mends it.</param>
public sealed class QemuMissingException(string message, string remedy) : DmaException($"{message} Mend it with: {remedy}")
{
    /// <summary>The one command that mends it.</summary>
    public string Remedy { get; } = remedy;
}
