namespace DmaKit.Repository.Tests;

/// <summary>What a guard found: where, and which rule is broken.</summary>
internal sealed record Finding(string Path, int Line, string What)
{
    public override string ToString() => $"{Path}({Line}): {What}";

    /// <summary>Fails with one line for each finding.</summary>
    public static void None(IEnumerable<Finding> findings)
    {
        Finding[] all = [.. findings];
        Assert.True(all.Length == 0, $"{all.Length} broken:\n{string.Join('\n', all.AsEnumerable())}");
    }
}
