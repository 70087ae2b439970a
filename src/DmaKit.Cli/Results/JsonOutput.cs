using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace DmaKit.Cli;

/// <summary>One JSON object on the standard output, and nothing else.</summary>
internal static class JsonOutput
{
    // Only the quote, the backslash and control characters need escapes outside of HTML: paths stay readable.
    private static readonly JsonWriterOptions Style = new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes the object.</summary>
    /// <param name="host">Whose standard output.</param>
    /// <param name="members">Writes its members.</param>
    internal static void Write(ToolHost host, Action<Utf8JsonWriter> members)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes, Style))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }

        host.Out.Write(Encoding.UTF8.GetString(bytes.WrittenSpan) + "\n");
    }
}
