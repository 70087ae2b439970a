using System.Buffers.Binary;
using System.Text;

namespace DmaKit.Devices;

/// <summary>The data of the commands that ask a disk about itself. Each member writes it and returns its length.</summary>
internal static class ScsiAnswers
{
    /// <summary>No answer is longer.</summary>
    public const int Longest = 256;

    private const byte DirectAccess = 0x00;
    private const byte NoUnitHere = 0x7F;

    /// <summary>Standard INQUIRY data: SPC-4, response format 2, command queueing (SPC-4 6.4.2).</summary>
    public static int Inquiry(Span<byte> data, ScsiDiskOptions names, bool unitExists)
    {
        data[..36].Clear();
        data[0] = unitExists ? DirectAccess : NoUnitHere;
        data[2] = 0x06;
        data[3] = 0x12;
        data[4] = 36 - 5;
        data[7] = 0x02;
        Text(data.Slice(8, 8), names.Vendor);
        Text(data.Slice(16, 16), names.Product);
        Text(data.Slice(32, 4), names.Revision);
        return 36;
    }

    /// <summary>A page of vital product data: 00h, 80h or 83h (SPC-4 7.8). Returns 0 for another.</summary>
    public static int VitalProductData(Span<byte> data, byte page, ScsiDiskOptions names, bool unitExists)
    {
        data[0] = unitExists ? DirectAccess : NoUnitHere;
        data[1] = page;
        data[2] = 0;
        int length = page switch
        {
            0x00 => Pages(data[4..]),
            0x80 => Serial(data[4..], names),
            0x83 => Identification(data[4..], names),
            _ => 0,
        };
        data[3] = (byte)length;
        return length == 0 ? 0 : 4 + length;
    }

    /// <summary>READ CAPACITY(10): the last block, or all ones when it does not fit (SBC-3 5.15).</summary>
    public static int Capacity10(Span<byte> data, long blocks)
    {
        BinaryPrimitives.WriteUInt32BigEndian(data, (uint)Math.Min(blocks - 1, uint.MaxValue));
        BinaryPrimitives.WriteUInt32BigEndian(data[4..], ScsiRequest.BlockLength);
        return 8;
    }

    /// <summary>READ CAPACITY(16): no protection, one logical block per physical one (SBC-3 5.16).</summary>
    public static int Capacity16(Span<byte> data, long blocks)
    {
        data[..32].Clear();
        BinaryPrimitives.WriteUInt64BigEndian(data, (ulong)(blocks - 1));
        BinaryPrimitives.WriteUInt32BigEndian(data[8..], ScsiRequest.BlockLength);
        return 32;
    }

    /// <summary>REPORT LUNS: unit 0, or nothing when only well known units are asked for (SPC-4 6.33).</summary>
    public static int ReportLuns(Span<byte> data, byte select)
    {
        data[..16].Clear();
        if (select == 1) return 8;
        data[3] = 8;
        return 16;
    }

    /// <summary>MODE SENSE: header, block descriptor, caching and control pages (SPC-4 6.11, SBC-3 6.4). Returns 0 when the page is not there.</summary>
    public static int ModeSense(Span<byte> data, ReadOnlySpan<byte> cdb, bool ten, bool isReadOnly, long blocks)
    {
        const byte caching = 0x08, control = 0x0A, all = 0x3F;
        byte page = (byte)(cdb[2] & 0x3F);
        bool changeable = cdb[2] >> 6 == 1;
        bool subpageExists = cdb[3] == 0 || (cdb[3] == 0xFF && page == all);
        if (page is not (caching or control or all) || !subpageExists) return 0;

        data.Clear();
        int header = ten ? 8 : 4;
        int at = header;
        if ((cdb[1] & 0x08) == 0)
        {
            BinaryPrimitives.WriteUInt32BigEndian(data[at..], (uint)Math.Min(blocks, uint.MaxValue));
            BinaryPrimitives.WriteUInt32BigEndian(data[(at + 4)..], ScsiRequest.BlockLength);
            data[ten ? 7 : 3] = 8;
            at += 8;
        }

        if (page is caching or all)
        {
            data[at] = caching;
            data[at + 1] = 0x12;
            // A write cache that SYNCHRONIZE CACHE and FUA empty; nothing can be changed.
            if (!changeable) data[at + 2] = 0x04;
            at += 20;
        }

        if (page is control or all)
        {
            data[at] = control;
            data[at + 1] = 0x0A;
            at += 12;
        }

        byte deviceSpecific = (byte)((isReadOnly ? 0x80 : 0) | 0x10);
        if (ten)
        {
            BinaryPrimitives.WriteUInt16BigEndian(data, (ushort)(at - 2));
            data[3] = deviceSpecific;
        }
        else
        {
            data[0] = (byte)(at - 1);
            data[2] = deviceSpecific;
        }

        return at;
    }

    private static int Pages(Span<byte> data)
    {
        data[0] = 0x00;
        data[1] = 0x80;
        data[2] = 0x83;
        return 3;
    }

    private static int Serial(Span<byte> data, ScsiDiskOptions names) => Encoding.ASCII.GetBytes(names.Serial, data);

    /// <summary>Two designators: vendor, product and serial as text, and a locally assigned NAA name.</summary>
    private static int Identification(Span<byte> data, ScsiDiskOptions names)
    {
        int serial = names.Serial.Length;
        data[0] = 0x02;
        data[1] = 0x01;
        data[2] = 0;
        data[3] = (byte)(24 + serial);
        Text(data.Slice(4, 8), names.Vendor);
        Text(data.Slice(12, 16), names.Product);
        Encoding.ASCII.GetBytes(names.Serial, data[28..]);

        Span<byte> name = data[(28 + serial)..];
        name[0] = 0x01;
        name[1] = 0x03;
        name[2] = 0;
        name[3] = 8;
        BinaryPrimitives.WriteUInt64BigEndian(name[4..], (Hash(data[4..(28 + serial)]) & 0x0FFF_FFFF_FFFF_FFFF) | 0x3000_0000_0000_0000);
        return 28 + serial + 12;
    }

    /// <summary>FNV-1a, so that the same disk has the same name in every run.</summary>
    private static ulong Hash(ReadOnlySpan<byte> text)
    {
        ulong hash = 14695981039346656037;
        foreach (byte character in text) hash = unchecked((hash ^ character) * 1099511628211);
        return hash;
    }

    private static void Text(Span<byte> field, string text)
    {
        field.Fill((byte)' ');
        Encoding.ASCII.GetBytes(text, field);
    }
}
