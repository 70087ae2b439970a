namespace DmaKit.Repository.Tests;

/// <summary>The lines that two texts do not share, in order, with the line before each group.</summary>
internal static class LineDifference
{
    /// <summary>Lines with '-' are only in <paramref name="expected"/>, lines with '+' only in <paramref name="actual"/>. Empty when equal.</summary>
    public static string Of(string expected, string actual)
    {
        string[] left = expected.Split('\n');
        string[] right = actual.Split('\n');
        int[,] common = CommonLengths(left, right);
        var lines = new List<string>();
        bool same = true;
        for (int i = 0, j = 0; i < left.Length || j < right.Length;)
        {
            if (i < left.Length && j < right.Length && left[i] == right[j])
            {
                same = true;
                i++;
                j++;
                continue;
            }

            if (same && i > 0)
            {
                lines.Add("  " + left[i - 1]);
            }

            same = false;
            bool gone = j == right.Length || (i < left.Length && common[i + 1, j] >= common[i, j + 1]);
            lines.Add(gone ? "- " + left[i++] : "+ " + right[j++]);
        }

        return string.Join('\n', lines);
    }

    /// <summary>The longest common subsequence of what is left from each pair of positions.</summary>
    private static int[,] CommonLengths(string[] left, string[] right)
    {
        int[,] common = new int[left.Length + 1, right.Length + 1];
        for (int i = left.Length - 1; i >= 0; i--)
        {
            for (int j = right.Length - 1; j >= 0; j--)
            {
                common[i, j] = left[i] == right[j] ? common[i + 1, j + 1] + 1 : Math.Max(common[i + 1, j], common[i, j + 1]);
            }
        }

        return common;
    }
}
