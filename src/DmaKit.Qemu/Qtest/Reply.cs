using System.Buffers.Text;

namespace DmaKit.Qemu;

/// <summary>What one line from QEMU means.</summary>
/// <param name="Kind">What kind of line it is.</param>
/// <param name="Value">The value of a reply, 0 when it has none; the number of an interrupt line.</param>
internal readonly record struct Reply(ReplyKind Kind, ulong Value)
{
    /// <summary>Reads a line, without its end.</summary>
    /// <remarks>Replies: <c>OK</c>, <c>OK 0x1234</c>, <c>OK little</c>; <c>FAIL ...</c> and <c>ERR ...</c>; at any time <c>IRQ raise 22</c>, <c>IRQ lower 22</c>.</remarks>
    internal static Reply Parse(ReadOnlySpan<byte> line)
    {
        if (line.SequenceEqual("OK"u8)) return new Reply(ReplyKind.Done, 0);
        if (line.StartsWith("OK "u8)) return Value64(line[3..]);
        if (line.StartsWith("IRQ raise "u8)) return Line(line[10..], ReplyKind.Raise);
        if (line.StartsWith("IRQ lower "u8)) return Line(line[10..], ReplyKind.Lower);
        return new Reply(line.StartsWith("FAIL"u8) || line.StartsWith("ERR"u8) ? ReplyKind.Refused : ReplyKind.Nonsense, 0);
    }

    private static Reply Value64(ReadOnlySpan<byte> text)
    {
        if (text.SequenceEqual("little"u8)) return new Reply(ReplyKind.Done, 0);
        return text.StartsWith("0x"u8) && Utf8Parser.TryParse(text[2..], out ulong value, out int used, 'x') && used == text.Length - 2
            ? new Reply(ReplyKind.Value, value)
            : new Reply(ReplyKind.Nonsense, 0);
    }

    private static Reply Line(ReadOnlySpan<byte> text, ReplyKind kind) =>
        Utf8Parser.TryParse(text, out uint number, out int used) && used == text.Length && number < 256
            ? new Reply(kind, number)
            : new Reply(ReplyKind.Nonsense, 0);
}
