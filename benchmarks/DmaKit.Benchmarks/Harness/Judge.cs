namespace DmaKit.Benchmarks;

/// <summary>
/// Holds rows against their limits: the must of each, or twice that in the short run, which is to notice a regression and not the machine's
/// other work. What seems to miss is measured again, and the best ratio counts: disturbance makes figures worse, and repetition does not make code better.
/// </summary>
internal sealed class Judge(bool isShort)
{
    private const int Tries = 3;

    /// <summary>In the short run, which must not fail because somebody else uses the machine.</summary>
    private const int ShortTries = 6;

    /// <summary>How many limits held: each row has one for its ratio, if it has a must, and one for what it allocates.</summary>
    public int Passed { get; private set; }

    /// <summary>How many did not.</summary>
    public int Failed { get; private set; }

    /// <summary>What did not hold, and by how much.</summary>
    public List<string> Failures { get; } = [];

    /// <summary>Measures a row until it holds, three times at most.</summary>
    public Measurement Measure(Row row, Sampler sampler)
    {
        Measurement best = row.Measure(sampler);
        for (int i = 1; i < (isShort ? ShortTries : Tries) && !Holds(row, best); i++)
        {
            Measurement again = row.Measure(sampler);
            best = (again.Ratio < best.Ratio ? again : best) with { Allocated = Math.Min(again.Allocated, best.Allocated) };
        }

        if (row.Must != 0) Note(best.Ratio <= Limit(row), $"{row.Id}: ratio {best.Ratio:F2}, limit {Limit(row):0.##}{(best.Noisy ? " (noisy)" : "")}");
        if (row.Allowance != 0)
            Note(best.Over <= Allowance(row), $"{row.Id}: {best.Over:0} {row.Unit} over the peer, limit {Allowance(row):0}{(best.Noisy ? " (noisy)" : "")}");
        Note(best.Allocated == 0, $"{row.Id}: {best.Allocated:0.###} managed bytes an operation, limit 0");
        return best;
    }

    /// <summary>Counts a limit that held or did not.</summary>
    public void Note(bool holds, string text)
    {
        if (holds)
        {
            Passed++;
            return;
        }

        Failed++;
        Failures.Add(text);
    }

    private double Limit(Row row) => isShort ? row.Must * 2 : row.Must;

    private double Allowance(Row row) => isShort ? row.Allowance * 2 : row.Allowance;

    private bool Holds(Row row, Measurement m) =>
        (row.Must == 0 || m.Ratio <= Limit(row)) && (row.Allowance == 0 || m.Over <= Allowance(row)) && m.Allocated == 0;
}
