namespace DmaKit.Verification;

/// <summary>What a verifier looks at, and what it does when it finds something.</summary>
public sealed record VerifierOptions
{
    /// <summary>What happens beside keeping the report.</summary>
    public VerifierReaction Reaction { get; init; } = VerifierReaction.Log;

    /// <summary>Is told of every report as it is made, outside every lock; null for nobody. On the thread that found it.</summary>
    public Action<VerifierReport>? OnReport { get; init; }

    /// <summary>Whether the call stack is kept of every allocation and mapping, so that reports can name file and line. Costs some ten microseconds each.</summary>
    public bool CallStacks { get; init; } = true;

    /// <summary>
    /// Whether data is always copied through map registers, so that a driver that hands out another address than its mapping's fails visibly. A
    /// request that needs more registers than there are then cannot be mapped whole.
    /// </summary>
    public bool AlwaysBounce { get; init; }

    /// <summary>Whether common buffers get addresses at random and far apart where an IOMMU translates, so that a transfer past the end is refused and not a neighbour's.</summary>
    public bool RandomAddresses { get; init; } = true;

    /// <summary>
    /// Pages of a pattern on both sides of each common buffer where no IOMMU translates, and in the rest of its last page; checked when it is
    /// freed and by <see cref="DmaVerifier.Check"/>. 0 for none.
    /// </summary>
    public int GuardPages
    {
        get;
        init => field = value is >= 0 and <= 64 ? value : throw new ArgumentOutOfRangeException(nameof(GuardPages), value, $"GuardPages is {value}; legal: 0 to 64.");
    } = 1;

    /// <summary>Whether memory is filled with a pattern when it is given back, and the pattern checked before it is used again.</summary>
    public bool FillFreed { get; init; } = true;

    /// <summary>
    /// Whether the program's data is compared at completion with what it was at mapping, and packets with what they were at posting; and whether
    /// memory that a device fills holds a pattern meanwhile, where the device's bytes are copied there anyway.
    /// </summary>
    public bool Checksums { get; init; } = true;

    /// <summary>
    /// Whether it tells of waste as well, which breaks nothing: common buffers much larger than what is used of them, memory that goes into quarantine for
    /// want of a word. Off, as a driver may have its reasons.
    /// </summary>
    public bool Advice { get; init; }

    /// <summary>
    /// From how many live mappings of one place on they are taken for a leak, 1 or more; told again at every doubling. A driver that keeps
    /// thousands of receive buffers mapped is right to.
    /// </summary>
    public int MappingsBeforeLeak
    {
        get;
        init => field = value >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(MappingsBeforeLeak), value, $"MappingsBeforeLeak is {value}; legal: 1 or more.");
    } = 65_536;

    /// <summary>Which functions are looked at, by address such as <c>0000:03:00.0</c>; null for all.</summary>
    public IReadOnlyCollection<string>? Functions { get; init; }

    /// <summary>Rules that are not to be reported, by id such as <c>DMK6012</c>.</summary>
    public IReadOnlyCollection<string> Ignore { get; init; } = [];

    /// <summary>Where the random addresses begin: the same seed gives the same addresses.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Reads the value of <c>DMAKIT_VERIFY</c>: <c>1</c>, or words with commas between: <c>throw</c>, <c>failfast</c>, <c>bounce</c>, <c>nostacks</c>, <c>advice</c>.</summary>
    /// <param name="text">The value.</param>
    /// <exception cref="DmaException">A word is none of these.</exception>
    public static VerifierOptions Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var options = new VerifierOptions();
        foreach (string word in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            options = word switch
            {
                "1" => options,
                "throw" => options with { Reaction = VerifierReaction.Throw },
                "failfast" => options with { Reaction = VerifierReaction.FailFast },
                "bounce" => options with { AlwaysBounce = true },
                "nostacks" => options with { CallStacks = false },
                "advice" => options with { Advice = true },
                _ => throw new DmaException($"DMAKIT_VERIFY has the word '{word}'; legal: 1, throw, failfast, bounce, nostacks, advice, with commas between."),
            };
        }

        return options;
    }
}
