namespace DmaKit.Devices;

/// <summary>A cable between two cards, of one machine or of two. Each direction holds a bounded number of frames; then the sender waits.</summary>
public sealed class NetworkCable
{
    /// <summary>Makes a cable.</summary>
    /// <param name="capacity">How many frames are on their way in each direction at most: 1 or more.</param>
    /// <param name="waitsForRoom">Whether frames wait until the card at the other end has room for them; see <see cref="NetworkPort.WaitsForRoom"/>.</param>
    public NetworkCable(int capacity = 64, bool waitsForRoom = true)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        var there = new FrameQueue(capacity);
        var back = new FrameQueue(capacity);
        First = new End(there, back) { WaitsForRoom = waitsForRoom };
        Second = new End(back, there) { WaitsForRoom = waitsForRoom };
    }

    /// <summary>One end.</summary>
    public NetworkPort First { get; }

    /// <summary>The other end.</summary>
    public NetworkPort Second { get; }

    private sealed class End : NetworkPort
    {
        private readonly FrameQueue _out;
        private readonly FrameQueue _in;

        public End(FrameQueue @out, FrameQueue @in)
        {
            (_out, _in) = (@out, @in);
            _out.Drained = Notify;
            _in.Filled = Notify;
        }

        public override bool TrySend(ReadOnlySpan<byte> frame) => _out.TryAdd(frame);

        public override bool TryPeek(out ReadOnlySpan<byte> frame) => _in.TryPeek(out frame);

        public override void Take() => _in.Take();
    }
}
