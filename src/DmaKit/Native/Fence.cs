namespace DmaKit.Native;

/// <summary>The two orders that sharing memory with a device needs, by the name of what they are for.</summary>
/// <remarks>
/// On x64 a device sees stores in program order, so that <see cref="Publish"/> only has to keep the compiler and the store
/// buffer in line; on arm64 both are real barriers. Claims about real devices are for x64.
/// </remarks>
public static class Fence
{
    /// <summary>No earlier store may be seen by the device after a later one: before a doorbell or an owner bit.</summary>
    public static void Publish() => Thread.MemoryBarrier();

    /// <summary>No later load may be done before an earlier one: after a register read, a phase bit or an owner bit.</summary>
    public static void Acquire() => Volatile.ReadBarrier();

    /// <summary>A number that other threads change, whole, and no later load done before it: a load, where <see cref="Interlocked.Read(ref readonly long)"/> is an exchange.</summary>
    internal static long Read(ref readonly long number) => Volatile.Read(in number);

    /// <inheritdoc cref="Read(ref readonly long)"/>
    internal static int Read(ref readonly int number) => Volatile.Read(in number);

    /// <summary>Stores a number for other threads, whole, and every earlier store before it: who reads it sees those, too.</summary>
    internal static void Write(ref long number, long value) => Volatile.Write(ref number, value);
}
