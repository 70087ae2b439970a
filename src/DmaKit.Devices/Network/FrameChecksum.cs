using System.Buffers.Binary;

namespace DmaKit.Devices;

/// <summary>The checksum of Ethernet frames, CRC-32 of IEEE 802.3, four bytes at a step.</summary>
internal static class FrameChecksum
{
    private const uint Polynomial = 0xEDB8_8320;
    private static readonly uint[] s_table = Build();

    /// <summary>The checksum as it stands behind the frame, lowest byte first.</summary>
    public static uint Of(ReadOnlySpan<byte> frame) => ~Run(frame);

    /// <summary>Which of the 64 bits of the multicast filter an address falls on: the upper six bits of the checksum, highest bit sent first.</summary>
    public static int MulticastBit(ReadOnlySpan<byte> address)
    {
        uint crc = Run(address);
        int bit = 0;
        for (int i = 0; i < 6; i++) bit = bit << 1 | (int)(crc >> i & 1);
        return bit;
    }

    private static uint Run(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        for (; bytes.Length >= 4; bytes = bytes[4..])
        {
            crc ^= BinaryPrimitives.ReadUInt32LittleEndian(bytes);
            crc = s_table[768 + (crc & 0xFF)] ^ s_table[512 + (crc >> 8 & 0xFF)] ^ s_table[256 + (crc >> 16 & 0xFF)] ^ s_table[crc >> 24];
        }

        foreach (byte b in bytes) crc = crc >> 8 ^ s_table[(crc ^ b) & 0xFF];
        return crc;
    }

    private static uint[] Build()
    {
        var table = new uint[4 * 256];
        for (uint n = 0; n < 256; n++)
        {
            uint crc = n;
            for (int bit = 0; bit < 8; bit++) crc = (crc & 1) != 0 ? crc >> 1 ^ Polynomial : crc >> 1;
            table[n] = crc;
        }

        for (int n = 256; n < table.Length; n++) table[n] = table[n - 256] >> 8 ^ table[table[n - 256] & 0xFF];
        return table;
    }
}
