using System.Globalization;

namespace DmaKit.Testing;

/// <summary>Puts mutated samples through a target, each from a seed of its own, and counts how they end. It stops at the first that breaks a promise.</summary>
/// <remarks>For one thread at a time; the counters may be read from any.</remarks>
public sealed class FuzzRun
{
    private readonly FuzzTarget _target;
    private readonly FuzzMutator _mutator;
    private readonly ulong _seed;
    private long _accepted;
    private long _refused;

    /// <summary>Prepares a run.</summary>
    /// <param name="target">What is under test; it stays the caller's.</param>
    /// <param name="seed">Where the inputs' seeds come from.</param>
    /// <exception cref="ArgumentException">The target's corpus is empty, or a sample is longer than its longest input.</exception>
    public FuzzRun(FuzzTarget target, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(target);
        _target = target;
        _seed = seed;
        _mutator = new FuzzMutator(target);
    }

    /// <summary>How many inputs there were that broke no promise.</summary>
    public long Inputs => Accepted + Refused;

    /// <summary>How many were taken.</summary>
    public long Accepted => Interlocked.Read(ref _accepted);

    /// <summary>How many were refused with an error.</summary>
    public long Refused => Interlocked.Read(ref _refused);

    /// <summary>The seed of the input that comes next.</summary>
    public ulong NextSeed => FuzzRandom.At(_seed, Inputs);

    /// <summary>As <c>1000 inputs, 400 accepted, 600 refused</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Inputs} inputs, {Accepted} accepted, {Refused} refused");

    /// <summary>The input that a seed makes.</summary>
    /// <param name="inputSeed">The seed.</param>
    public byte[] InputOf(ulong inputSeed) => _mutator.Make(inputSeed).ToArray();

    /// <summary>Goes on for so many inputs.</summary>
    /// <param name="inputs">How many.</param>
    /// <param name="cancellationToken">Stops between two inputs.</param>
    /// <returns>The first failure; null without one.</returns>
    public FuzzFailure? Go(long inputs, CancellationToken cancellationToken = default)
    {
        for (long i = 0; i < inputs && !cancellationToken.IsCancellationRequested; i++)
        {
            ulong seed = NextSeed;
            if (Replay(seed) is not { } failure) continue;

            // What an input leads to must not hang on those before it: said if it does.
            _target.StartAfresh();
            return Judge(seed, _mutator.Make(seed)).Failure is null ? failure with { Message = failure.Message + " (after other inputs only: the target kept something)" } : failure;
        }

        return null;
    }

    /// <summary>One input, by its own seed.</summary>
    /// <param name="inputSeed">The seed.</param>
    /// <returns>The failure; null without one.</returns>
    public FuzzFailure? Replay(ulong inputSeed) => Count(Judge(inputSeed, _mutator.Make(inputSeed)));

    /// <summary>One input as it stands, such as a sample of the corpus.</summary>
    /// <param name="input">The bytes.</param>
    /// <returns>The failure, whose seed is 0; null without one.</returns>
    public FuzzFailure? Try(ReadOnlyMemory<byte> input) => Count(Judge(0, input));

    private FuzzFailure? Count((FuzzOutcome Outcome, FuzzFailure? Failure) end)
    {
        if (end.Failure is null) Interlocked.Increment(ref end.Outcome == FuzzOutcome.Accepted ? ref _accepted : ref _refused);
        return end.Failure;
    }

    private (FuzzOutcome Outcome, FuzzFailure? Failure) Judge(ulong seed, ReadOnlyMemory<byte> input)
    {
        FuzzOutcome outcome = default;
        string? broken = null;
        Exception? cause = null;
        _target.Begin(input.Length);
        long before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            outcome = _target.Run(input);
        }
        catch (FuzzFailureException e)
        {
            (broken, cause) = (e.Message, e);
        }
        catch (Exception e)
        {
            (broken, cause) = ($"{e.GetType().Name} was thrown: {e.Message.ReplaceLineEndings(" ")}", e);
        }

        long allocated = GC.GetAllocatedBytesForCurrentThread() - before, most = _target.AllowedAllocation(input.Length);
        if (allocated > most) broken = $"{allocated} bytes were allocated for an input of {input.Length}, at most {most}{(broken is null ? "" : "; and ")}{broken}";
        return (outcome, broken is null ? null : new FuzzFailure(seed, broken, input.ToArray(), cause));
    }
}
