using System.Buffers.Binary;

namespace DmaKit.Devices;

/// <summary>A SCSI command that the adapter fetched and has not answered. One of a fixed number, used again and again.</summary>
internal sealed class FusionCommand
{
    /// <summary>The fixed part of the request, as it was when it was fetched.</summary>
    public byte[] Request { get; } = new byte[FusionWire.ScsiIoLength];

    /// <summary>Where the request frame lies, for the list in it.</summary>
    public ulong Frame { get; set; }

    /// <summary>Whether its delay is over.</summary>
    public bool IsReady { get; set; }

    /// <summary>Where it stands.</summary>
    public FusionPhase Phase { get; set; }

    /// <summary>The bytes moved so far.</summary>
    public uint Moved { get; set; }

    /// <summary>Grows with each use, so that an old timer does not mean a new command.</summary>
    public int Generation { get; set; }

    /// <summary>The next in the same queue.</summary>
    public FusionCommand? Next { get; set; }

    public int Target => Request[FusionWire.Target];

    public int Bus => Request[FusionWire.Bus];

    public int CdbLength => Request[FusionWire.CdbLength];

    public int SenseLength => Request[FusionWire.SenseLength];

    public int ChainOffset => Request[FusionWire.ChainOffset] * 4;

    public uint Context => Double(FusionWire.Context);

    public uint DataLength => Double(FusionWire.DataLength);

    public uint SenseLow => Double(FusionWire.SenseLow);

    /// <summary>Bits 25 and 24 of the control word: 0 none, 1 to the disk, 2 from the disk, 3 illegal.</summary>
    public int Direction => (int)(Double(FusionWire.Control) >> 24) & 3;

    /// <summary>The logical unit when it is addressed the simple way; -1 for anything that can be no unit here.</summary>
    public int Unit
    {
        get
        {
            ReadOnlySpan<byte> lun = Request.AsSpan(FusionWire.Lun, 8);
            return lun[0] == 0 && lun[2..].IndexOfAnyExcept((byte)0) < 0 ? lun[1] : -1;
        }
    }

    public ReadOnlySpan<byte> Cdb => Request.AsSpan(FusionWire.Cdb, CdbLength);

    private uint Double(int offset) => BinaryPrimitives.ReadUInt32LittleEndian(Request.AsSpan(offset));
}
