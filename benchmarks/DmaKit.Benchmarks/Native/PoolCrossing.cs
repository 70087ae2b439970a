namespace DmaKit.Benchmarks.Native;

/// <summary>Blocks that one thread rents and another returns, in bursts, through a ring of handles between them.</summary>
internal sealed unsafe class PoolCrossing : IDisposable
{
    private const int Slots = 1024;
    private const int Mask = Slots - 1;

    private readonly BlockPool _pool = Pools.Create(4096);
    private readonly BlockCache _mine;
    private readonly BlockCache _theirs;
    private readonly Block[] _ring = new Block[Slots];
    private readonly Block[] _burst = new Block[Pools.Burst];
    private readonly Block[] _back = new Block[Pools.Burst];
    private readonly long[] _ends = new long[64];

    public PoolCrossing()
    {
        _mine = _pool.CreateCache(512);
        _theirs = _pool.CreateCache(512);
    }

    public long Play(int n)
    {
        // The positions lie 256 bytes apart: 16 written here, 48 there. Each side looks at the other's only when what it saw last is not enough;
        // this one's stands beside its own.
        long headSeen = _ends[17];
        int done = 0;
        for (; done < n; done += Pools.Burst)
        {
            int got = 0;
            while ((got += _mine.TryRent(_burst.AsSpan(got))) < Pools.Burst) Thread.SpinWait(1);
            long tail = _ends[16];
            while (tail + Pools.Burst - headSeen > Slots)
            {
                headSeen = Volatile.Read(ref _ends[48]);
                if (tail + Pools.Burst - headSeen > Slots) Thread.SpinWait(1);
            }

            _burst.CopyTo(_ring.AsSpan((int)(tail & Mask)));
            Volatile.Write(ref _ends[16], tail + Pools.Burst);
        }

        _ends[17] = headSeen;
        return done;
    }

    /// <summary>Lets the other thread return what comes.</summary>
    // SAFETY: as in Return.
    public void Begin(OtherCore other) => other.Begin(Return);

    // SAFETY: the word is the other core's, and outlives the call.
    private void Return(int* stop)
    {
        long tailSeen = 0;
        while (true)
        {
            long head = _ends[48];
            if (tailSeen <= head && (tailSeen = Volatile.Read(ref _ends[16])) == head)
            {
                if (Volatile.Read(ref *stop) != 0) return;
                continue;
            }

            _ring.AsSpan((int)(head & Mask), Pools.Burst).CopyTo(_back);
            Volatile.Write(ref _ends[48], head + Pools.Burst);
            _theirs.Return(_back);
        }
    }

    public void Dispose()
    {
        _mine.Dispose();
        _theirs.Dispose();
        _pool.Dispose();
    }
}
