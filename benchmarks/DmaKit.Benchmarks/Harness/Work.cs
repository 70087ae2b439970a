namespace DmaKit.Benchmarks;

/// <summary>A loop to be timed: runs at least <paramref name="operations"/> operations and says how many it ran.</summary>
internal delegate long Work(int operations);
