using System.Text;
using System.Text.Json;

namespace DmaKit.Cli.Tests;

/// <summary>Names, kinds and order of what a JSON object has.</summary>
internal static class JsonShape
{
    internal static string Of(JsonElement element)
    {
        var text = new StringBuilder();
        Describe(text, "", element);
        return text.ToString();
    }

    private static void Describe(StringBuilder text, string path, JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (JsonProperty property in element.EnumerateObject()) Describe(text, $"{path}.{property.Name}", property.Value);
                break;
            case JsonValueKind.Array:
                Describe(text, path + "[]", element[0]);
                break;
            default:
                text.Append(path.AsSpan(1)).Append(": ").Append(element.ValueKind is JsonValueKind.True or JsonValueKind.False ? "Boolean" : element.ValueKind.ToString()).Append('\n');
                break;
        }
    }
}
