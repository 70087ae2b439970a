using System.Buffers.Binary;

namespace DmaKit.Drivers;

/// <summary>What the adapter says of itself in its reply to IOC FACTS. Offsets: the public MPI 1.5 headers.</summary>
/// <param name="ReplyQueueDepth">How many replies and free reply frames its queues hold.</param>
/// <param name="RequestFrameLength">The longest request frame in bytes.</param>
/// <param name="GlobalCredits">How many requests it takes at once.</param>
/// <param name="Ports">How many ports it has.</param>
/// <param name="MaxDevices">How many devices it can have; 0 stands for 256.</param>
/// <param name="MaxBuses">How many buses it has.</param>
internal sealed record IocFacts(int ReplyQueueDepth, int RequestFrameLength, int GlobalCredits, int Ports, int MaxDevices, int MaxBuses)
{
    /// <summary>The length of the reply in bytes.</summary>
    public const int ReplyLength = 80;

    private const int Status = 0x0E;

    /// <summary>The request: a header and nothing else.</summary>
    public static uint[] Request { get; } = [(uint)FusionMptFunction.IocFacts << 24, 0, 0];

    /// <summary>Reads the reply.</summary>
    /// <exception cref="FusionMptException">The adapter refused, or says what cannot be.</exception>
    public static IocFacts Parse(ReadOnlySpan<byte> reply)
    {
        FusionMptException.ThrowIfFailed("IOC FACTS", BinaryPrimitives.ReadUInt16LittleEndian(reply[Status..]));
        int devices = reply[0x2E];
        var facts = new IocFacts(
            BinaryPrimitives.ReadUInt16LittleEndian(reply[0x18..]),
            BinaryPrimitives.ReadUInt16LittleEndian(reply[0x1A..]) * 4,
            BinaryPrimitives.ReadUInt16LittleEndian(reply[0x24..]),
            reply[0x26],
            devices == 0 ? 256 : devices,
            reply[0x2F]);
        if (facts.ReplyQueueDepth < 2 || facts.GlobalCredits < 2 || facts.RequestFrameLength < ScatterGatherList.FrameLength)
        {
            throw new FusionMptException(
                $"The adapter claims a reply queue of {facts.ReplyQueueDepth}, {facts.GlobalCredits} credits and request frames of {facts.RequestFrameLength} bytes; "
                + $"needed are 2, 2 and {ScatterGatherList.FrameLength}.");
        }

        return facts;
    }
}
