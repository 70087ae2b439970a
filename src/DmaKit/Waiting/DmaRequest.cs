namespace DmaKit;

/// <summary>
/// The request that mappings, packets, blocks, pieces and reservations serve. Who names it lets the library see what one request holds while
/// it waits for more: it is then served before those who hold nothing, and a deadlock is found and reported instead of suffered.
/// </summary>
/// <remarks>
/// <para>Made by <see cref="DmaDomain.CreateRequest"/>. It may be used again, without end: once everything was given back it is a new request.
/// Keep one for each operation in flight, as packets are kept.</para>
/// <para>Safe from any thread. Parts of one request may wait side by side; all that they hold counts as held until all of them have
/// what they wait for, so name one request only for what depends on each other.</para>
/// </remarks>
public sealed class DmaRequest
{
    private readonly List<Waiter> _waits = [];
    private Hold[] _holds = new Hold[4];
    private int _holdCount;

    internal DmaRequest(DmaDomain domain, string name)
    {
        Domain = domain;
        Name = name;
    }

    /// <summary>Its name in reports.</summary>
    public string Name { get; }

    /// <summary>The domain whose resources it takes.</summary>
    public DmaDomain Domain { get; }

    /// <summary>Whether it holds nothing and waits for nothing.</summary>
    public bool IsIdle => _holdCount == 0 && _waits.Count == 0;

    /// <summary>When it began, counted in requests of the domain: it grows with every use. The account's, as all below.</summary>
    internal long Started { get; private set; }

    /// <summary>In a look: how many of its waits cannot end.</summary>
    internal int Open { get; set; }

    internal List<Waiter> Waits => _waits;

    internal ReadOnlySpan<Hold> Holds => _holds.AsSpan(0, _holdCount);

    internal void BeginIfIdle(ref long started)
    {
        if (IsIdle) Started = ++started;
    }

    internal void Add(in Hold hold)
    {
        if (_holdCount == _holds.Length) Array.Resize(ref _holds, _holdCount * 2);
        _holds[_holdCount++] = hold;
    }

    internal void Remove(in Hold hold)
    {
        for (int i = _holdCount - 1; i >= 0; i--)
        {
            if (!_holds[i].Is(hold)) continue;
            _holds[i] = _holds[--_holdCount];
            _holds[_holdCount] = default;
            return;
        }

        throw new InvalidOperationException($"Request '{Name}' gave back what it did not hold: {hold.Amount} of {hold.Line.Name}.");
    }

    /// <summary>A request can only name what lies in its own domain.</summary>
    internal static void Check(DmaRequest? request, DmaDomain domain)
    {
        if (request is not null && request.Domain != domain)
            throw domain.Platform.Misuse.Refuse("request-of-another-domain", request.Name, $"Request '{request.Name}' is of domain '{request.Domain.Name}', and what it is named for is of domain '{domain.Name}'. Create one there.");
    }
}
