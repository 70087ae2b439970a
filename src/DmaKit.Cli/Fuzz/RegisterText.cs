using System.Globalization;

namespace DmaKit.Cli;

/// <summary>
/// A register program as people write it, one step a line: <c>device 2</c>; <c>write BAR OFFSET SIZE VALUE</c>, <c>read BAR OFFSET SIZE</c>, <c>write-address BAR OFFSET SIZE PLACE</c>;
/// <c>store PLACE SIZE VALUE</c>, <c>store-address PLACE SIZE PLACE</c>, <c>fill PLACE LENGTH SEED</c>; <c>advance MICROSECONDS</c>, <c>run</c>; <c>read-config OFFSET SIZE</c>,
/// <c>write-config OFFSET SIZE VALUE</c>; <c>frame LENGTH SEED</c>. <c>#</c> begins a remark; <c>!</c> before a step takes bar and offset as they stand.
/// </summary>
internal static class RegisterText
{
    /// <summary>The bytes of a program.</summary>
    /// <exception cref="FormatException">A line is no step.</exception>
    internal static byte[] Compile(string text)
    {
        var steps = new List<RegisterStep>();
        foreach (string line in text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            string step = line.Split('#')[0].Trim();
            if (step.Length > 0) steps.Add(Step(step));
        }

        byte[] program = new byte[steps.Count * RegisterStep.Length];
        for (int i = 0; i < steps.Count; i++) steps[i].CopyTo(program.AsSpan(i * RegisterStep.Length));
        return program;
    }

    private static RegisterStep Step(string line)
    {
        bool asItStands = line.StartsWith('!');
        string[] words = line.TrimStart('!').Split(' ', StringSplitOptions.RemoveEmptyEntries);
        ulong[] n = [.. words[1..].Select(Number)];
        RegisterStep Of(RegisterOperation operation, ulong bar, ulong offset, ulong size, ulong value) => new(operation, (int)bar, (int)size, asItStands, (int)(uint)offset, value);
        return (words[0], n.Length) switch
        {
            ("device", 1) => Of(RegisterOperation.Write, n[0], 0, 1, 0),
            ("write", 4) => Of(RegisterOperation.Write, n[0], n[1], n[2], n[3]),
            ("read", 3) => Of(RegisterOperation.Read, n[0], n[1], n[2], 0),
            ("write-address", 4) => Of(RegisterOperation.WriteAddress, n[0], n[1], n[2], n[3]),
            ("store", 3) => Of(RegisterOperation.Store, 0, n[0], n[1], n[2]),
            ("store-address", 3) => Of(RegisterOperation.StoreAddress, 0, n[0], n[1], n[2]),
            ("fill", 3) => Of(RegisterOperation.Fill, 0, n[0], 1, n[1] | n[2] << 32),
            ("advance", 1) => Of(RegisterOperation.Advance, 0, 0, 1, n[0] * TimeSpan.TicksPerMicrosecond),
            ("run", 0) => Of(RegisterOperation.Run, 0, 0, 1, 0),
            ("read-config", 2) => Of(RegisterOperation.ReadConfig, 0, n[0], n[1], 0),
            ("write-config", 3) => Of(RegisterOperation.WriteConfig, 0, n[0], n[1], n[2]),
            ("frame", 2) => Of(RegisterOperation.Frame, 0, 0, 1, n[0] | n[1] << 32),
            _ => throw new FormatException($"'{line}' is no step of a register program."),
        };
    }

    private static ulong Number(string word) => word.StartsWith("0x", StringComparison.Ordinal)
        ? ulong.Parse(word.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)
        : ulong.Parse(word, NumberStyles.None, CultureInfo.InvariantCulture);
}
