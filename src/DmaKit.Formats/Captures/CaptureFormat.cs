namespace DmaKit.Formats;

/// <summary>How packets lie in a file.</summary>
public enum CaptureFormat
{
    /// <summary>The classic format of tcpdump, with nanoseconds.</summary>
    Pcap,

    /// <summary>The classic format of tcpdump, with microseconds: what every program reads.</summary>
    PcapMicroseconds,

    /// <summary>The format of blocks, pcapng.</summary>
    PcapNg,
}
