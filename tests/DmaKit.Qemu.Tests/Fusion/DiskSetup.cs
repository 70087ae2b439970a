namespace DmaKit.Qemu.Tests;

/// <summary>What a test wants of a machine with disks, whoever makes it.</summary>
public sealed record DiskSetup
{
    /// <summary>How many disks there are.</summary>
    public int Disks { get; init; } = 1;

    /// <summary>The length of each, in bytes.</summary>
    public long DiskBytes { get; init; } = 8 << 20;

    /// <summary>Whether the disks may be written.</summary>
    public bool ReadOnly { get; init; }

    /// <summary>Whether system buffers lie above 4 GiB.</summary>
    public bool High { get; init; }

    /// <summary>How fragmented memory is.</summary>
    public double Fragmentation { get; init; }

    /// <summary>Whether functions may send messages.</summary>
    public bool Messages { get; init; } = true;
}
