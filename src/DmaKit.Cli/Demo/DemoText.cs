using System.Globalization;

namespace DmaKit.Cli;

/// <summary>The demo in a dozen plain lines.</summary>
internal static class DemoText
{
    private const int ShownBuffers = 3;

    /// <summary>What is known before the first request.</summary>
    internal static void WriteStart(TextWriter writer, DemoSnapshot demo)
    {
        MachineSettings settings = demo.Settings;
        writer.WriteLine(demo.Network is null
            ? "dmakit demo: a disk driver in C#, its adapter, and the memory between them"
            : "dmakit demo: a disk and a network driver in C#, their devices, and the memory between them");
        Line(writer, "machine", $"{PlatformOption.Show(settings.Platform)}: {SizeText.Show(settings.MemoryBytes)} of memory, fragmentation {settings.Fragmentation}, seed {settings.Seed}, IOMMU {(settings.Iommu || settings.Platform == PlatformKind.QemuVtd ? "on" : "off")}");
        Line(writer, "adapter", demo.Adapter);
        Line(writer, "memory", Large(demo));
        Line(writer, "packets", Packets(demo));
    }

    /// <summary>What there is to say when all is done.</summary>
    internal static void WriteEnd(TextWriter writer, DemoSnapshot demo)
    {
        DiskCounters counters = demo.Counters;
        Line(writer, "write", Phase(demo.Writing));
        Line(writer, "read", Phase(demo.Reading));
        if (demo.Network is { } network) Line(writer, "network", Network(network));
        Line(writer, "in flight", $"at most {demo.PostedHighWater} packets at once");
        Line(writer, "mapped", $"{SizeText.Show(counters.DirectBytes)} where they lay, {SizeText.Show(counters.CoalescedBytes)} coalesced, {SizeText.Show(counters.BouncedBytes)} through at most {counters.RegistersHighWater:#,0} of {demo.RegistersTotal:#,0} map registers");
        Line(writer, "device", $"counted {counters.Commands:#,0} commands, {counters.Doorbells:#,0} doorbells, {counters.Interrupts:#,0} interrupts");
        Line(writer, "result", Result(demo));
    }

    /// <summary>What is true when the demo ended well.</summary>
    internal static string Result(DemoSnapshot demo)
    {
        string packets = demo.Network is { } network ? string.Create(CultureInfo.InvariantCulture, $"; {network.Packets:#,0} packets sent, received and compared: equal") : "";
        return $"{SizeText.Show(demo.Reading.Bytes)} written, read back and compared: equal{packets}";
    }

    /// <summary>The large common buffer, in words.</summary>
    internal static string Large(DemoSnapshot demo) => demo.BigBuffer.Had >= demo.BigBuffer.Asked
        ? $"a common buffer of {SizeText.Show(demo.BigBuffer.Asked)} was had whole"
        : $"a common buffer of {SizeText.Show(demo.BigBuffer.Asked)} cannot be had: the longest run is {SizeText.Show(demo.LargestRun)}; scaled down to that";

    private static string Packets(DemoSnapshot demo)
    {
        DemoBuffer[] buffers = [.. demo.Buffers.Where(b => b.Kind == DemoBufferKind.Packets)];
        string places = string.Join(", ", buffers.Take(ShownBuffers).Select(b => $"{SizeText.Show(b.Length)} at {b.Address}"));
        return $"{demo.Packets.Count} in {buffers.Length} common buffer{(buffers.Length == 1 ? "" : "s")}: {places}{(buffers.Length > ShownBuffers ? ", ..." : "")}";
    }

    private static string Network(DemoTraffic network) => string.Create(
        CultureInfo.InvariantCulture,
        $"{network.Packets:#,0} packets ({SizeText.Show(network.Bytes)}) from card to card, at most {network.MostInCard} of 4 descriptors at once, receive ring {SizeText.Show(network.RingBytes)}");

    private static string Phase(DemoPhase phase) => $"{SizeText.Show(phase.Bytes)} in {TimeText.Show(phase.Time)}, {Meter.Rate(phase.Bytes, phase.Time)}";

    private static void Line(TextWriter writer, string label, FormattableString text) => Line(writer, label, text.ToString(CultureInfo.InvariantCulture));

    private static void Line(TextWriter writer, string label, string text) => writer.WriteLine($"{label,-10} {text}");
}
