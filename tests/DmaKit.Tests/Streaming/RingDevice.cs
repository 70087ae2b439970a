namespace DmaKit.Tests;

/// <summary>
/// A device that goes round a ring when the test tells it to, on a clock of the test's. It keeps every byte that it played, under the
/// position that it played it for; capturing it writes a byte that belongs to the position.
/// </summary>
internal sealed class RingDevice : ICyclicDevice
{
    public const double Rate = 1000;

    private readonly SettableClock _clock = new();
    private readonly PlainMachine _machine;
    private double _owedTime;
    private long _origin;
    private long _reported;

    public RingDevice(CyclicTransferOptions options, int pages = 64)
    {
        _machine = new PlainMachine(pages, clock: _clock, continuations: Pump);
        Transfer = CyclicTransfer.Create(_machine.CreateAdapter(), this, options);
    }

    public PumpScheduler Pump { get; } = new();

    public CyclicTransfer Transfer { get; }

    public SettableClock Clock => _clock;

    /// <summary>What was played, by position; capture records what was stored.</summary>
    public List<(long Position, byte Value)> Played { get; } = [];

    /// <summary>The true position of the device.</summary>
    public long Truth { get; private set; }

    public bool IsMoving { get; private set; }

    public int Starts { get; private set; }

    public int Polls { get; private set; }

    /// <summary>Whether a poll tells anything.</summary>
    public bool AnswersPolls { get; set; } = true;

    /// <summary>How far the device goes by itself whenever it is polled: time passes while a program copies.</summary>
    public Func<int> MoveAtPoll { get; set; } = () => 0;

    /// <summary>How far the device has fetched ahead.</summary>
    public int Fifo { get; init; }

    /// <summary>The byte that belongs to a position; never silence.</summary>
    public static byte Of(long position)
    {
        ulong mixed = (ulong)(position + 1) * 0x9E3779B97F4A7C15;
        return (byte)(1 + (mixed >> 40) % 255);
    }

    public static byte[] Data(long position, int length)
    {
        var data = new byte[length];
        for (int i = 0; i < length; i++) data[i] = Of(position + i);
        return data;
    }

    /// <summary>How much time passes before the device starts, as the way that it would go in that time.</summary>
    public int StartDelay { get; init; }

    public void Start(CyclicTransfer transfer)
    {
        PassTime(StartDelay);
        _origin = _reported = Truth = transfer.Position;
        IsMoving = true;
        Starts++;
        Fetch(_origin, _origin + Fifo);
    }

    /// <summary>What the driver does when it is told to stop.</summary>
    public Action AtStop { get; init; } = () => { };

    public void Stop(CyclicTransfer transfer)
    {
        IsMoving = false;
        AtStop();
    }

    public void Poll(CyclicTransfer transfer)
    {
        Polls++;
        if (IsMoving) Move(MoveAtPoll());
        if (AnswersPolls) Report();
    }

    public void Report()
    {
        Transfer.ReportOffset(Offset);
        _reported = Truth;
    }

    /// <summary>Positions that were played more than a lap after the latest report: nobody could have made the ring right for them.</summary>
    public HashSet<long> Unreported { get; } = [];

    public long Offset => (Truth - _origin) % Transfer.RingBytes;

    /// <summary>The counter that a device might keep in memory.</summary>
    public ulong Counter => (ulong)(Truth - _origin);

    /// <summary>The device goes on, and time with it.</summary>
    public void Move(int bytes)
    {
        PassTime(bytes);
        if (!IsMoving) return;
        Fetch(Truth + Fifo, Truth + Fifo + bytes);
        Truth += bytes;
    }

    /// <summary>Time goes on as if the device had moved.</summary>
    public void PassTime(int bytes)
    {
        _owedTime += bytes * (double)SettableClock.Frequency / (Rate * Transfer.FrameBytes);
        long whole = (long)_owedTime;
        _owedTime -= whole;
        _clock.Now += whole;
    }

    public Span<byte> Ring => _machine.Memory.At(Transfer.LogicalAddress, (int)Transfer.RingBytes);

    private void Fetch(long from, long to)
    {
        Span<byte> ring = Ring;
        for (long position = from; position < to; position++)
        {
            ref byte place = ref ring[(int)((position - _origin) % ring.Length)];
            if (Transfer.Direction == DmaDirection.FromDevice) place = Of(position);
            Played.Add((position, place));
            if (position >= _reported + ring.Length) Unreported.Add(position);
        }
    }
}
