namespace DmaKit.Testing;

/// <summary>What the suite's checks say of a platform; independent of any test framework, so that the suite runs anywhere.</summary>
internal static class Expect
{
    public static void True(bool condition, string otherwise)
    {
        if (!condition) throw new ConformanceException(otherwise);
    }

    public static void Equal<T>(T expected, T actual, string what)
    {
        if (!EqualityComparer<T>.Default.Equals(expected, actual))
            throw new ConformanceException($"{what}: expected {expected}, got {actual}.");
    }

    public static void SameBytes(ReadOnlySpan<byte> expected, ReadOnlySpan<byte> actual, string what)
    {
        int common = expected.CommonPrefixLength(actual);
        if (common == expected.Length && expected.Length == actual.Length) return;
        throw new ConformanceException(common < Math.Min(expected.Length, actual.Length)
            ? $"{what}: byte {common} is 0x{actual[common]:X2}, expected 0x{expected[common]:X2}."
            : $"{what}: {actual.Length} bytes, expected {expected.Length}.");
    }

    public static TException Throws<TException>(Action action, string what) where TException : Exception
    {
        try
        {
            action();
        }
        catch (TException e)
        {
            return e;
        }

        throw new ConformanceException($"{what}: expected {typeof(TException).Name}, nothing was thrown.");
    }

    public static async Task<TException> ThrowsAsync<TException>(Func<Task> action, string what) where TException : Exception
    {
        try
        {
            await action().ConfigureAwait(false);
        }
        catch (TException e)
        {
            return e;
        }

        throw new ConformanceException($"{what}: expected {typeof(TException).Name}, nothing was thrown.");
    }

    /// <summary>Bytes that differ from place to place and from seed to seed.</summary>
    public static byte[] Pattern(int length, int seed)
    {
        byte[] bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
