using FsCheck;
using FsCheck.Fluent;

namespace DmaKit.Tests;

/// <summary>Random histories as lists of seeds, one a step, so that a failing history shrinks by leaving steps out.</summary>
internal static class Histories
{
    /// <summary>Histories of up to <paramref name="longest"/> steps.</summary>
    public static Arbitrary<int[]> Arbitrary(int longest)
    {
        Gen<int[]> any = Gen.Choose(0, longest).SelectMany(length => Gen.Choose(0, int.MaxValue).ArrayOf(length));
        return Arb.From(any, Shorter);
    }

    /// <summary>Turns what a player found into a property; the text is part of the failure, beside FsCheck's replay seed.</summary>
    /// <param name="violation">What is wrong, or null.</param>
    /// <param name="only">Just this clause of the property counts: a twin may break several. Empty for all.</param>
    public static bool Holds(string? violation, string only = "") =>
        violation is null || !violation.Contains(only, StringComparison.Ordinal) ? true : throw new InvalidOperationException(violation);

    private static IEnumerable<int[]> Shorter(int[] steps)
    {
        for (int part = steps.Length / 2; part > 0; part /= 2)
            for (int at = 0; at + part <= steps.Length; at += part)
                yield return [.. steps[..at], .. steps[(at + part)..]];
    }
}
