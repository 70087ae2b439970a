using System.Text.Json;

namespace DmaKit;

/// <summary>A deadlock at the moment when it was found: who holds what, who waits for what, and how much there is.</summary>
/// <remarks>Immutable; safe from any thread.</remarks>
public sealed class DmaDeadlockReport
{
    internal DmaDeadlockReport(string victim, IReadOnlyList<DeadlockedRequest> requests, IReadOnlyList<DeadlockResource> resources)
    {
        Victim = victim;
        Requests = requests;
        Resources = resources;
    }

    /// <summary>The request whose wait fails: the newest that holds something.</summary>
    public string Victim { get; }

    /// <summary>The deadlocked requests, oldest first.</summary>
    public IReadOnlyList<DeadlockedRequest> Requests { get; }

    /// <summary>What they hold and wait for.</summary>
    public IReadOnlyList<DeadlockResource> Resources { get; }

    /// <summary>The report for people, in one line.</summary>
    public override string ToString() => $"{string.Join("; ", Requests)}. {string.Join("; ", Resources)}.";

    /// <summary>Writes it for people: one line a request and a resource.</summary>
    /// <param name="writer">Where it goes.</param>
    public void WriteText(TextWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteLine($"deadlock of {Requests.Count} {(Requests.Count == 1 ? "request" : "requests")}; the wait of {Victim} fails");
        foreach (DeadlockedRequest request in Requests) writer.WriteLine($"  {request}");
        foreach (DeadlockResource resource in Resources)
        {
            writer.WriteLine($"  {resource}");
            foreach (DeadlockedRequest request in resource.WaitingBehind) writer.WriteLine($"    {request}");
        }
    }

    /// <summary>Writes it as one JSON object.</summary>
    /// <param name="writer">Where it goes.</param>
    public void WriteJson(Utf8JsonWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStartObject();
        writer.WriteString("victim", Victim);
        writer.WriteStartArray("requests");
        foreach (DeadlockedRequest request in Requests) WriteRequest(writer, request);
        writer.WriteEndArray();
        writer.WriteStartArray("resources");
        foreach (DeadlockResource resource in Resources)
        {
            writer.WriteStartObject();
            writer.WriteString("resource", resource.Name);
            writer.WriteNumber("total", resource.Total);
            writer.WriteNumber("free", resource.Free);
            writer.WriteNumber("heldByDeadlocked", resource.HeldByDeadlocked);
            writer.WriteStartArray("waitingBehind");
            foreach (DeadlockedRequest request in resource.WaitingBehind) WriteRequest(writer, request);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteRequest(Utf8JsonWriter writer, DeadlockedRequest request)
    {
        writer.WriteStartObject();
        writer.WriteString("request", request.Name);
        WriteAmounts(writer, "holds", request.Holds);
        WriteAmounts(writer, "waitsFor", request.Waits);
        writer.WriteEndObject();
    }

    private static void WriteAmounts(Utf8JsonWriter writer, string name, IReadOnlyList<DeadlockAmount> amounts)
    {
        writer.WriteStartArray(name);
        foreach (DeadlockAmount amount in amounts)
        {
            writer.WriteStartObject();
            writer.WriteString("resource", amount.Resource);
            writer.WriteNumber("amount", amount.Amount);
            writer.WriteBoolean("oneRun", amount.OneRun);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }
}
