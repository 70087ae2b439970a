namespace DmaKit.Qemu;

/// <summary>
/// Firmware that halts the processor at once and for ever: this process is the machine's firmware and its program.
/// </summary>
internal static class HaltingRom
{
    // A PC's ROM is a multiple of 64 KiB that ends at 4 GiB; the processor starts 16 bytes before its end.
    private const int Length = 64 * 1024;
    private const int ResetVector = Length - 16;
    private const byte Halt = 0xF4;

    /// <summary>Its bytes: interrupts off, halt, and back to the halt if anything should wake the processor.</summary>
    internal static byte[] Bytes()
    {
        byte[] rom = new byte[Length];
        rom.AsSpan().Fill(Halt);
        ReadOnlySpan<byte> program = [0xFA, Halt, 0xEB, 0xFD];
        program.CopyTo(rom.AsSpan(ResetVector));
        return rom;
    }
}
