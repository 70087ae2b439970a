namespace DmaKit.Testing;

/// <summary>Something that takes bytes which nobody vouches for: a parser, a client, a model. Give it a corpus, and say what each input must lead to.</summary>
/// <remarks>
/// For one thread at a time. What <see cref="Run"/> leads to must depend on the input alone, so that its seed is enough to have it again. Work is counted in steps
/// of the target's own choice, not in time: a busy machine finds what an idle one finds.
/// </remarks>
public abstract class FuzzTarget : IDisposable
{
    private long _steps;
    private long _mostSteps = long.MaxValue;

    /// <summary>Its name, one word.</summary>
    public abstract string Name { get; }

    /// <summary>What mutations begin with, at least one: good samples, and what was found once.</summary>
    public abstract IReadOnlyList<byte[]> Corpus { get; }

    /// <summary>Words of the language of the inputs, which are put into them.</summary>
    public virtual IReadOnlyList<byte[]> Words => [];

    /// <summary>The most bytes of an input.</summary>
    public virtual int LongestInput => 4096;

    /// <summary>The most bytes that may be allocated on the way of an input.</summary>
    /// <param name="length">The input's length in bytes.</param>
    public abstract long AllowedAllocation(int length);

    /// <summary>The most steps that an input may take.</summary>
    /// <param name="length">The input's length in bytes.</param>
    public abstract long AllowedSteps(int length);

    /// <summary>Says what a sample of the corpus is made of.</summary>
    /// <param name="sample">The sample.</param>
    /// <param name="map">Is told.</param>
    public virtual void Map(ReadOnlySpan<byte> sample, FuzzMap map)
    {
    }

    /// <summary>Puts an input through, and checks what comes of it.</summary>
    /// <param name="input">The input; it is somebody else's after the return.</param>
    /// <returns>Whether it was taken or refused. Whatever is thrown is a failure.</returns>
    /// <exception cref="FuzzFailureException">A promise was broken.</exception>
    public abstract FuzzOutcome Run(ReadOnlyMemory<byte> input);

    /// <summary>Forgets what is kept from input to input, after a failure.</summary>
    public virtual void StartAfresh()
    {
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    internal void Begin(int length) => (_steps, _mostSteps) = (0, AllowedSteps(length));

    /// <summary>Counts work.</summary>
    /// <param name="count">How many steps it is.</param>
    /// <exception cref="FuzzFailureException">It is more than such an input may take.</exception>
    protected internal void Step(long count = 1)
    {
        _steps += count;
        if (_steps > _mostSteps) throw new FuzzFailureException($"more than {_mostSteps} steps of work, without an end");
    }

    /// <summary>Closes what it holds.</summary>
    /// <param name="disposing">Always true.</param>
    protected virtual void Dispose(bool disposing)
    {
    }
}
