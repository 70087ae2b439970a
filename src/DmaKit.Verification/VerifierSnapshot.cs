using System.Globalization;
using System.Text.Json;
using DmaKit.Platforms;

namespace DmaKit.Verification;

/// <summary>Everything that is alive on a platform at one moment, with the place in the driver's code that each came from, and the reports so far.</summary>
/// <remarks>Immutable; safe from any thread. Made by <see cref="DmaVerifier.TakeSnapshot"/>.</remarks>
public sealed class VerifierSnapshot
{
    internal VerifierSnapshot(DmaPlatform platform, VerifierBooks books, IReadOnlyList<VerifierReport> reports)
    {
        Platform = platform.Name;
        Taken = platform.Clock.GetUtcNow();
        Reports = reports;
        Buffers = [.. books.Buffers.Select(b => Line(b.Device, b.Name, b.Range, b.Origin, ""))];
        Pieces =
        [
            .. from piece in books.Pieces
               where piece.IsRented
               orderby piece.OwnerName, piece.Range.Start
               select Line(piece.Buffer?.Device ?? "", piece.OwnerName, piece.Range, piece.Origin, ""),
        ];
        Mappings =
        [
            .. from mapping in books.Mappings
               from element in mapping.Elements
               orderby element.Address
               select Line(mapping.Device, mapping.IsCopied ? "copied" : "direct", new LogicalRange(element.Address, element.Length), mapping.Origin, mapping.Direction.ToString()),
        ];
        Packets = [.. books.Packets.OrderBy(p => p.Piece.Range.Start).Select(p => Line(p.Piece.Buffer?.Device ?? "", p.Piece.OwnerName, p.Piece.Range, p.PostedAt, p.Tag.ToString()))];
    }

    /// <summary>The platform's name.</summary>
    public string Platform { get; }

    /// <summary>When, on the platform's clock.</summary>
    public DateTimeOffset Taken { get; }

    /// <summary>The common buffers, in order of address.</summary>
    public IReadOnlyList<VerifierSnapshotLine> Buffers { get; }

    /// <summary>The pieces that pools and heaps have given out, by owner and address.</summary>
    public IReadOnlyList<VerifierSnapshotLine> Pieces { get; }

    /// <summary>The elements of the mappings, in order of address.</summary>
    public IReadOnlyList<VerifierSnapshotLine> Mappings { get; }

    /// <summary>The packets at devices, in order of address.</summary>
    public IReadOnlyList<VerifierSnapshotLine> Packets { get; }

    /// <summary>The reports so far, in order.</summary>
    public IReadOnlyList<VerifierReport> Reports { get; }

    /// <summary>Writes it for people: one line a thing.</summary>
    /// <param name="writer">Where it goes.</param>
    public void WriteText(TextWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteLine($"platform {Platform}: {Buffers.Count} common buffers, {Pieces.Count} pieces, {Mappings.Count} mapped elements, {Packets.Count} packets at devices, {Reports.Count} reports");
        foreach ((string kind, IReadOnlyList<VerifierSnapshotLine> lines) in All())
            foreach (VerifierSnapshotLine line in lines) writer.WriteLine($"  {kind,-7} {line}");
        foreach (VerifierReport report in Reports) writer.WriteLine($"  report  {report}");
    }

    /// <summary>Writes it as one JSON object. Addresses are hexadecimal text, lengths are bytes, times are ISO 8601.</summary>
    /// <param name="writer">Where it goes.</param>
    public void WriteJson(Utf8JsonWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStartObject();
        writer.WriteString("platform", Platform);
        writer.WriteString("taken", Taken.ToString("O", CultureInfo.InvariantCulture));
        foreach ((string kind, IReadOnlyList<VerifierSnapshotLine> lines) in All())
        {
            writer.WriteStartArray($"{kind}s");
            foreach (VerifierSnapshotLine line in lines) line.WriteJson(writer);
            writer.WriteEndArray();
        }

        writer.WriteStartArray("reports");
        foreach (VerifierReport report in Reports)
        {
            writer.WriteStartObject();
            writer.WriteString("rule", report.Rule.Id);
            writer.WriteString("name", report.Rule.Name);
            writer.WriteString("owner", report.Owner);
            writer.WriteString("message", report.Message);
            writer.WriteString("allocatedAt", report.Origin.Place);
            writer.WriteString("foundAt", report.At.Place);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    /// <summary>Draws it as SVG: a row for each common buffer, with what is rented, mapped and posted in it.</summary>
    /// <param name="writer">Where it goes.</param>
    public void WriteSvg(TextWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        VerifierPicture.Write(this, writer);
    }

    private static VerifierSnapshotLine Line(string device, string name, LogicalRange range, CallSite origin, string what) => new(device, name, range, origin.Place, what);

    private IEnumerable<(string Kind, IReadOnlyList<VerifierSnapshotLine> Lines)> All() =>
        [("buffer", Buffers), ("piece", Pieces), ("mapping", Mappings), ("packet", Packets)];
}
