using DmaKit.Platforms;

namespace DmaKit.Emulation.Tests;

/// <summary>The smallest program on the edu device: bytes into its buffer and back, each way waited for by interrupt.</summary>
internal static class EduProgram
{
    public const ulong Inside = 0x40000;

    public static async Task<byte[]> RoundTripAsync(PciFunction card, byte[] data)
    {
        await using DmaAdapter dma = card.CreateAdapter(new() { AddressBits = 28 });
        using CommonBuffer buffer = dma.AllocateCommonBuffer(2 * data.Length);
        RegisterWindow registers = card.MapBar(0);
        card.BusMaster = true;
        data.CopyTo(buffer.Span(0, data.Length));

        await TransferAsync(card, registers, buffer.LogicalAddress.Value, Inside, data.Length, command: 0x5);
        await TransferAsync(card, registers, Inside, buffer.LogicalAt(data.Length).Value, data.Length, command: 0x7);

        byte[] back = buffer.Span(data.Length, data.Length).ToArray();
        card.BusMaster = false;
        dma.DeclareQuiet();
        return back;
    }

    public static async Task TransferAsync(PciFunction card, RegisterWindow registers, ulong source, ulong destination, long length, ulong command)
    {
        registers.Write64(0x80, source);
        registers.Write64(0x88, destination);
        registers.Write64(0x90, (ulong)length);
        registers.Write64(0x98, command);
        do
        {
            await card.Interrupts[0].WaitAsync();
        }
        while ((registers.Read32(0x24) & 0x100) == 0);
        registers.Write32(0x64, 0x100);
    }

    public static byte[] Pattern(int length, int seed)
    {
        var data = new byte[length];
        new Random(seed).NextBytes(data);
        return data;
    }
}
