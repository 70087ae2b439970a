namespace DmaKit;

/// <summary>What a mapping would do, and why. It holds nothing, and is true for as long as the buffers lie where they lay when it was made.</summary>
public sealed record TransferPlan
{
    /// <summary>What it takes.</summary>
    public required TransferPlanKind Kind { get; init; }

    /// <summary>How many bytes were asked for.</summary>
    public required long Length { get; init; }

    /// <summary>How many bytes fit one transfer: all of them unless it is impossible. <c>MapUpToAsync</c> maps so many at the least.</summary>
    public required long Mappable { get; init; }

    /// <summary>How many elements the device is told of at the most. Registers that happen to lie side by side make fewer.</summary>
    public required long Elements { get; init; }

    /// <summary>How many bytes the device takes where they lie.</summary>
    public required long DirectBytes { get; init; }

    /// <summary>How many bytes are copied through map registers.</summary>
    public required long BouncedBytes { get; init; }

    /// <summary>How many bytes are copied into blocks of the coalescer.</summary>
    public required long CoalescedBytes { get; init; }

    /// <summary>How many map registers it takes.</summary>
    public required int Registers { get; init; }

    /// <summary>Whether these must lie side by side.</summary>
    public required bool NeedsOneRun { get; init; }

    /// <summary>How many blocks of the coalescer it takes.</summary>
    public required int Blocks { get; init; }

    /// <summary>Why something is copied.</summary>
    public required CopyReasons Reasons { get; init; }

    /// <summary>The plan in one line, for people.</summary>
    public required string Explanation { get; init; }

    /// <inheritdoc cref="Explanation"/>
    public override string ToString() => Explanation;
}
