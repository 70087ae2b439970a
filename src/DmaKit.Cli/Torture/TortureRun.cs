using System.Globalization;

namespace DmaKit.Cli;

/// <summary>Plan after plan from one seed, until time or plans are used up, and what became of them together.</summary>
/// <param name="seed">The seed that the plans' seeds come from.</param>
/// <param name="plant">A bug in our own place.</param>
internal sealed class TortureRun(int seed, TorturePlant plant)
{
    private long _hung;
    private long _lost;
    private long _reused;

    /// <summary>Plans that were played.</summary>
    internal long Plans { get; private set; }

    /// <summary>Requests of all of them.</summary>
    internal long Requests { get; private set; }

    /// <summary>Times that a fault struck.</summary>
    internal long Struck { get; private set; }

    /// <summary>What is said at the end.</summary>
    internal string Line => string.Create(
        CultureInfo.InvariantCulture, $"seed {seed}: {Plans} plans, {Requests} requests, {_hung} hung, {_lost} lost, {_reused} reused");

    /// <summary>Plays the next plan.</summary>
    internal TortureResult Next()
    {
        TortureResult result = new TorturePlan(SeedOf(seed, Plans), plant).Run();
        Plans++;
        Requests += result.Requests;
        Struck += result.Struck;
        _hung += result.Hung;
        _lost += result.Lost;
        _reused += result.Reused;
        return result;
    }

    /// <summary>The seed of a plan: the same for the same place in the same run.</summary>
    internal static int SeedOf(int seed, long plan)
    {
        ulong x = ((ulong)(uint)seed << 32) + (ulong)plan + 0x9E37_79B9_7F4A_7C15;
        x = (x ^ x >> 30) * 0xBF58_476D_1CE4_E5B9;
        x = (x ^ x >> 27) * 0x94D0_49BB_1331_11EB;
        return (int)((x ^ x >> 31) & 0x7FFF_FFFF);
    }
}
