using System.Text.Json;

namespace DmaKit.Verification;

/// <summary>One thing that is alive.</summary>
/// <param name="Device">The function's address.</param>
/// <param name="Name">The name of the buffer, pool or heap; how a mapping was made.</param>
/// <param name="Range">Where it is to the device.</param>
/// <param name="Origin">Where in the driver it came from, as <c>File.cs:88</c>; empty when stacks are off.</param>
/// <param name="What">More about it: a direction, a tag; empty for nothing.</param>
public sealed record VerifierSnapshotLine(string Device, string Name, LogicalRange Range, string Origin, string What)
{
    /// <summary>One line: where, whose, what, and where it came from.</summary>
    public override string ToString() =>
        $"{Range} {Device} {Name}{(What.Length == 0 ? "" : $" {What}")}{(Origin.Length == 0 ? "" : $", from {Origin}")}";

    internal void WriteJson(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("device", Device);
        writer.WriteString("name", Name);
        writer.WriteString("address", Range.Start.ToString());
        writer.WriteNumber("length", Range.Length);
        writer.WriteString("origin", Origin);
        if (What.Length > 0) writer.WriteString("what", What);
        writer.WriteEndObject();
    }
}
