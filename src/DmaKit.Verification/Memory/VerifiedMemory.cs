using DmaKit.Platforms;

namespace DmaKit.Verification;

/// <summary>
/// Stands between the core and a platform's memory: puts fences of a pattern around runs where no IOMMU translates, scatters runs over the address
/// space where one does, holds freed runs for a while, and makes everything bounce if asked.
/// </summary>
/// <remarks>Safe from any thread.</remarks>
internal sealed class VerifiedMemory(DomainMemory inner, VerifierOptions options, DmaDomain domain) : DomainMemoryDecorator(inner)
{
    /// <summary>How many freed runs are held, and how many bytes of them.</summary>
    private const int HeldRuns = 64;
    private const long HeldBytes = 4 << 20;

    /// <summary>How often a place at random is tried before the platform chooses.</summary>
    private const int Tries = 4;

    private readonly Dictionary<long, FencedRun> _fenced = [];
    private readonly LinkedList<FreedRun> _freed = new();
    private readonly Random _random = new(options.Seed);
    private readonly Lock _gate = new();
    private long _freedBytes;
    private long _tokens;

    /// <summary>Who is told that freed memory was written to, before it is used again.</summary>
    public Action<FreedRun>? Leaving { get; set; }

    public DmaDomain Domain => domain;

    /// <inheritdoc/>
    public override MapRegisterKind MapRegisterKind =>
        options.AlwaysBounce && Inner.MapRegisterKind == MapRegisterKind.IommuEntry ? MapRegisterKind.BouncePage : Inner.MapRegisterKind;

    /// <inheritdoc/>
    public override bool TryPoint(LogicalAddress at, nint host, long length, DmaDirection direction) => !options.AlwaysBounce && Inner.TryPoint(at, host, length, direction);

    /// <inheritdoc/>
    public override bool TryTranslate(nint host, long length, out LogicalAddress logical, out long contiguous)
    {
        if (!options.AlwaysBounce) return Inner.TryTranslate(host, length, out logical, out contiguous);
        (logical, contiguous) = (default, 0);
        return false;
    }

    /// <inheritdoc/>
    public override bool TryAllocate(in RunRequest request, out MemoryRun run)
    {
        while (true)
        {
            if (TryFenced(request, out run)) return true;

            // What is held for the sake of finding bugs must not be what a program fails for.
            if (!LetGo()) return false;
        }
    }

    /// <inheritdoc/>
    public override long LargestRun(in RunRequest request)
    {
        while (LetGo())
        {
        }

        return Inner.LargestRun(request);
    }

    /// <inheritdoc/>
    public override bool Revoke(in MemoryRun run) => Inner.Revoke(Whole(run));

    /// <inheritdoc/>
    public override void ReleaseHost(in MemoryRun run)
    {
        FencedRun fenced;
        lock (_gate) fenced = _fenced[run.Token];
        if (!options.FillFreed || run.Length > HeldBytes)
        {
            Inner.ReleaseHost(fenced.Whole);
            return;
        }

        var freed = new FreedRun(fenced, run);
        freed.Bytes.Fill(Pattern.Freed);
        lock (_gate)
        {
            _freed.AddLast(freed);
            _freedBytes += run.Length;
        }

        while (_freed.Count > HeldRuns || _freedBytes > HeldBytes)
            if (!LetGo()) break;
    }

    /// <inheritdoc/>
    public override void ReleaseLogical(in MemoryRun run)
    {
        FencedRun fenced;
        lock (_gate)
        {
            // What is held is held whole: its addresses, too, are nobody else's until then.
            if (Held(run.Token) is { } held)
            {
                held.LogicalGiven = true;
                return;
            }

            _fenced.Remove(run.Token, out fenced);
        }

        Inner.ReleaseLogical(fenced.Whole);
    }

    /// <summary>Where a run that was handed out is.</summary>
    public bool TryFind(LogicalAddress logical, out MemoryRun run)
    {
        lock (_gate)
        {
            foreach ((long token, FencedRun fenced) in _fenced)
            {
                run = fenced.Inside(token);
                if (run.Logical == logical && Held(token) is null) return true;
            }
        }

        run = default;
        return false;
    }

    /// <summary>The fences around a run.</summary>
    public bool TryFences(in MemoryRun run, out FencedRun fenced)
    {
        lock (_gate) return _fenced.TryGetValue(run.Token, out fenced) && fenced.Front + fenced.Back > 0;
    }

    /// <summary>The runs that were given back and are held.</summary>
    public FreedRun[] Freed()
    {
        lock (_gate) return [.. _freed];
    }

    private bool TryFenced(in RunRequest request, out MemoryRun run)
    {
        FencedRun fenced = default;
        bool found = Translates
            ? options.RandomAddresses && TryAtRandom(request, out fenced)
            : options.GuardPages > 0 && TryBetweenFences(request, out fenced);
        if (!found)
        {
            found = Inner.TryAllocate(request, out MemoryRun plain);
            fenced = new FencedRun(plain, 0, 0);
        }

        run = default;
        if (!found) return false;
        fenced.FrontFence.Fill(Pattern.Guard);
        fenced.BackFence.Fill(Pattern.Guard);
        lock (_gate)
        {
            long token = ++_tokens;
            _fenced.Add(token, fenced);
            run = fenced.Inside(token);
        }

        return true;
    }

    /// <summary>Alignment is kept: what lies in front is a multiple of it.</summary>
    private bool TryBetweenFences(in RunRequest request, out FencedRun fenced)
    {
        long fence = (long)options.GuardPages * PageSize;
        long front = Math.Max(fence, request.Alignment);
        fenced = default;
        if (front > 1 << 20 || (request.Boundary > 0 && front + request.Length + fence > request.Boundary)) return false;
        if (!Inner.TryAllocate(request with { Length = front + request.Length + fence }, out MemoryRun whole)) return false;
        fenced = new FencedRun(whole, front, fence);
        return true;
    }

    private bool TryAtRandom(in RunRequest request, out FencedRun fenced)
    {
        fenced = default;
        ulong low = Math.Max(request.Minimum.Value, 1UL << 20);
        ulong high = request.Maximum.Value;
        if (high < low || high - low < (ulong)request.Length * 4) return false;
        for (int i = 0; i < Tries; i++)
        {
            ulong at;
            lock (_gate) at = low + ((ulong)_random.NextInt64() % (high - low - (ulong)request.Length));
            at -= at % (ulong)request.Alignment;
            if (at < low || !Inner.TryAllocate(request with { Minimum = new LogicalAddress(at), Maximum = new LogicalAddress(at + (ulong)request.Length - 1) }, out MemoryRun whole)) continue;
            fenced = new FencedRun(whole, 0, 0);
            return true;
        }

        return false;
    }

    /// <summary>Gives the oldest run that is held back to the platform, after a last look.</summary>
    private bool LetGo()
    {
        FreedRun? oldest;
        lock (_gate)
        {
            oldest = _freed.First?.Value;
            if (oldest is null) return false;
            _freed.RemoveFirst();
            _freedBytes -= oldest.Inside.Length;
        }

        Leaving?.Invoke(oldest);
        Inner.ReleaseHost(oldest.Fenced.Whole);
        lock (_gate)
        {
            if (!oldest.LogicalGiven) return true;
            _fenced.Remove(oldest.Inside.Token);
        }

        Inner.ReleaseLogical(oldest.Fenced.Whole);
        return true;
    }

    private MemoryRun Whole(in MemoryRun run)
    {
        lock (_gate) return _fenced[run.Token].Whole;
    }

    private FreedRun? Held(long token)
    {
        foreach (FreedRun freed in _freed)
            if (freed.Inside.Token == token) return freed;
        return null;
    }
}
