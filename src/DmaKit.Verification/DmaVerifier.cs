using DmaKit.Platforms;

namespace DmaKit.Verification;

/// <summary>
/// Watches a platform and names the driver's bug: which rule was broken, by which buffer, allocated where, and found at which line.
/// </summary>
/// <remarks>
/// <para>Attach it before a function is opened. It observes every change of ownership, stands between the core and the platform's memory, and hears
/// of every misuse that the core refuses. Its reports are kept, added to <see cref="DmaPlatform.Misuse"/>, and so repeated when the platform closes,
/// even if somebody swallowed the exception.</para>
/// <para>Safe from any thread. Reports are delivered on the thread that found them, outside every lock.</para>
/// </remarks>
public sealed class DmaVerifier
{
    private readonly DmaPlatform _platform;
    private readonly VerifierBooks _books;
    private readonly VerifierRule[] _rules = [.. VerifierRules.Create()];
    private readonly Dictionary<string, VerifierRule> _byCore = new(StringComparer.Ordinal);
    private readonly List<VerifierReport> _reports = [];
    private readonly Lock _gate = new();

    private DmaVerifier(DmaPlatform platform, VerifierOptions options)
    {
        _platform = platform;
        Options = options;
        _books = new VerifierBooks(options);
        foreach (VerifierRule rule in _rules)
            foreach (string name in rule.Core) _byCore.Add(name, rule);
    }

    /// <summary>Raised for every report as it is made, outside every lock, on the thread that found it.</summary>
    public event Action<VerifierReport>? Reported;

    /// <summary>What it looks at.</summary>
    public VerifierOptions Options { get; }

    /// <summary>All reports so far, in order.</summary>
    public IReadOnlyList<VerifierReport> Reports
    {
        get
        {
            lock (_gate) return [.. _reports];
        }
    }

    /// <summary>Gives a platform a verifier.</summary>
    /// <param name="platform">The platform, before any of its functions is opened.</param>
    /// <param name="options">What to look at; null for the defaults.</param>
    public static DmaVerifier Attach(DmaPlatform platform, VerifierOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(platform);
        var verifier = new DmaVerifier(platform, options ?? new VerifierOptions());
        platform.AddObserver(new VerifierObserver(verifier));
        platform.InterposeMemory(verifier.Interpose);
        platform.Misuse.Refused += verifier.OnRefused;
        platform.Misuse.Reported += verifier.OnMisuse;
        platform.Misuse.Closing += verifier.Check;
        return verifier;
    }

    /// <summary>Looks at everything that can be looked at without an event: fences, freed memory. Also done when the platform closes.</summary>
    public void Check()
    {
        lock (_gate)
            foreach (VerifierRule rule in _rules) rule.OnCheck(_books);
        Deliver(mayThrow: false);
    }

    /// <summary>Throws the first report, if there is one: for the end of a test.</summary>
    /// <exception cref="DmaVerificationException">A rule was broken.</exception>
    public void ThrowIfAny()
    {
        Check();
        if (Reports is [var first, ..]) throw new DmaVerificationException(first);
    }

    /// <summary>Everything that is alive at this moment, and where it came from.</summary>
    public VerifierSnapshot TakeSnapshot()
    {
        lock (_gate) return new VerifierSnapshot(_platform, _books, [.. _reports]);
    }

    internal bool Watches(DmaAdapter adapter) => Options.Functions is not { } only || only.Contains(adapter.Function.Info.Address);

    internal bool Watches(PciFunction function) => Options.Functions is not { } only || only.Contains(function.Info.Address);

    /// <summary>Writes an event into the books and asks the rules.</summary>
    internal void Note<T>(in T what, EventNote<T> note, bool mayThrow = false)
    {
        lock (_gate) note(_books, _rules, what);
        Deliver(mayThrow);
    }

    private DomainMemory Interpose(DmaDomain domain, DomainMemory inner)
    {
        var memory = new VerifiedMemory(inner, Options, domain) { Leaving = Look };
        domain.Faulted += fault => OnFault(domain, fault);
        lock (_gate) _books.Add(memory);
        return memory;
    }

    private void OnFault(DmaDomain domain, DmaFault fault)
    {
        if (Options.Functions is { } only && !only.Contains(fault.Device)) return;
        lock (_gate)
            foreach (VerifierRule rule in _rules) rule.OnFault(_books, domain, fault);
        Deliver(mayThrow: false);
    }

    private void OnRefused(MisuseReport misuse) => Translate(misuse, isKept: false);

    private void OnMisuse(MisuseReport misuse) => Translate(misuse, isKept: true);

    // A rule of the core's that is none of ours has no page: an open point of a driver's own, say.
    private void Translate(MisuseReport misuse, bool isKept)
    {
        if (!_byCore.TryGetValue(misuse.Rule, out VerifierRule? rule) || !rule.Means(misuse)) return;
        lock (_gate) _books.Report(rule, misuse.Owner, misuse.Message, OriginOf(misuse.Owner, misuse), isKept: isKept);
        Deliver(mayThrow: false);
    }

    private CallSite OriginOf(string owner, MisuseReport misuse)
    {
        if (misuse.About is { } mapping) return _books.OriginOf(mapping, ended: misuse.Rule is "mapping-completed-twice" or "mapping-used-after-end" or "mapping-posted-twice");
        foreach (BufferRecord buffer in _books.Buffers.Concat(_books.Freed))
            if (buffer.Name == owner) return buffer.Origin;
        return CallSite.None;
    }

    private void Look(FreedRun freed)
    {
        lock (_gate)
            foreach (VerifierRule rule in _rules) rule.OnLetGo(_books, freed);
        Deliver(mayThrow: false);
    }

    private void Deliver(bool mayThrow)
    {
        List<VerifierReport> found;
        lock (_gate)
        {
            found = _books.TakePending();
            if (found.Count == 0) return;
            DateTimeOffset now = _platform.Clock.GetUtcNow();
            found = [.. found.Select(r => r with { When = now })];
            _reports.AddRange(found);
        }

        foreach (VerifierReport report in found)
        {
            if (!report.IsElsewhere) _platform.Misuse.Report(new MisuseReport(report.Rule.Id, report.ToString(), report.Owner));
            Options.OnReport?.Invoke(report);
            Reported?.Invoke(report);
            if (Options.Reaction == VerifierReaction.FailFast) Environment.FailFast(report.ToString());
        }

        if (mayThrow && Options.Reaction == VerifierReaction.Throw) throw new DmaVerificationException(found[0]);
    }
}
