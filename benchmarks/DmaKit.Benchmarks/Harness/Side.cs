namespace DmaKit.Benchmarks;

/// <summary>One of the two that are measured beside each other.</summary>
/// <param name="Work">What is timed.</param>
/// <param name="Enter">Runs before each sample, outside its time: wakes the thread that answers.</param>
/// <param name="Leave">Runs after each sample, outside its time: lets that thread rest, so that the other side has the core.</param>
/// <param name="AllocatedElsewhere">What other threads allocated for it so far, in bytes; asked for after <paramref name="Leave"/>.</param>
internal sealed record Side(Work Work, Action? Enter = null, Action? Leave = null, Func<long>? AllocatedElsewhere = null);
