using System.Text.Json;
using DmaKit.Devices;
using DmaKit.Emulation;
using DmaKit.Platforms;
using DmaKit.Tests;

namespace DmaKit.Benchmarks;

/// <summary>How costs grow with the number of things: flat or linear, as the algorithms promise. A picture each.</summary>
internal static class Growth
{
    private const string Folder = "artifacts/benchmarks";

    public static void Run(TextWriter writer, Sampler sampler)
    {
        Directory.CreateDirectory(Folder);
        writer.WriteLine();
        writer.WriteLine("| growth | number: ns an operation |");
        writer.WriteLine("| --- | --- |");
        using FileStream stream = File.Create($"{Folder}/growth.json");
        using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true });
        json.WriteStartArray();
        Draw(writer, json, "live", "Pool and heap, by live pieces", "live blocks or pieces", [Line("pool: return one, rent one", [100, 10_000, 1_000_000], n => PoolOf(sampler, n)), Line("heap: free one, allocate one", [100, 10_000, 1_000_000], n => HeapOf(sampler, n))]);
        Draw(writer, json, "fragments", "Mapping and completing, by fragments of 64 bytes", "fragments of a request", [Line("a fragment", [1, 4, 16, 64, 256, 1024, 4096], n => FragmentsOf(sampler, n))]);
        Draw(writer, json, "adapters", "Bouncing 4 KiB, by adapters that share the map registers", "adapters", [Line("a mapping", [1, 2, 4, 8, 16, 32, 64], n => AdaptersOf(sampler, n))]);
        Draw(writer, json, "commands", "Commands, by how many are in flight", "commands in flight", [Line("a command", [1, 2, 4, 8, 16, 32, 64, 128], n => CommandsOf(sampler, n))]);
        json.WriteEndArray();
        writer.WriteLine();
        writer.WriteLine($"Written to {Folder}/growth.json and {Folder}/growth-*.svg.");
    }

    private static (string Name, IReadOnlyList<(double X, double Y)> Points) Line(string name, int[] numbers, Func<int, double> cost)
    {
        // Once for nothing: the first of a curve is otherwise measured while its code is still being compiled.
        cost(numbers[0]);
        return (name, [.. numbers.Select(n => ((double)n, cost(n)))]);
    }

    private static void Draw(TextWriter writer, Utf8JsonWriter json, string id, string title, string across, IReadOnlyList<(string Name, IReadOnlyList<(double X, double Y)> Points)> lines)
    {
        Curve.Write($"{Folder}/growth-{id}.svg", title, across, "ns", lines);
        foreach ((string name, IReadOnlyList<(double X, double Y)> points) in lines)
        {
            writer.WriteLine($"| {title}: {name} | {string.Join(", ", points.Select(p => $"{p.X:N0}: {p.Y:F1}"))} |");
            json.WriteStartObject();
            json.WriteString("id", id);
            json.WriteString("name", name);
            json.WriteStartArray("points");
            foreach ((double x, double y) in points)
            {
                json.WriteStartObject();
                json.WriteNumber("number", x);
                json.WriteNumber("ns", Math.Round(y, 2));
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }
    }

    private static double PoolOf(Sampler sampler, int live)
    {
        using BlockPool pool = BlockPool.Create(
            new PlainMachine(pages: (live / 64) + 64).CreateAdapter(), new BlockPoolOptions { BlockLength = 64, Count = live + 1024, Alignment = 64 });
        using BlockCache cache = pool.CreateCache(512);
        var blocks = new Block[live];
        if (cache.TryRent(blocks) != live) throw new InvalidOperationException("The pool is too small.");
        var random = new Random(1);
        random.Shuffle(blocks);
        int at = 0;
        double cost = sampler.Alone(n =>
        {
            for (int i = 0; i < n; i++)
            {
                ref Block block = ref blocks[at];
                at = at + 1 == live ? 0 : at + 1;
                cache.Return(block);
                cache.TryRent(out block);
            }

            return n;
        });
        cache.Return(blocks);
        return cost;
    }

    private static double HeapOf(Sampler sampler, int live)
    {
        long length = (live * 160L) + (1 << 20);
        var machine = new PlainMachine(pages: (int)(length / PlainMachine.Page) + 2);
        using BufferHeap heap = BufferHeap.Create(machine.CreateAdapter(), length / PlainMachine.Page * PlainMachine.Page, new BufferHeapOptions { ExpectedPieces = live * 2 });
        var random = new Random(1);
        HeapPiece[] pieces = [.. Enumerable.Range(0, live).Select(_ => heap.Allocate(random.Next(16, 192)))];
        random.Shuffle(pieces);
        int[] lengths = [.. Enumerable.Range(0, 4096).Select(_ => random.Next(16, 192))];
        int at = 0;
        double cost = sampler.Alone(n =>
        {
            for (int i = 0; i < n; i++)
            {
                ref HeapPiece piece = ref pieces[at];
                at = at + 1 == live ? 0 : at + 1;
                heap.Free(piece);
                if (!heap.TryAllocate(lengths[at & 4095], out piece)) throw new InvalidOperationException("The heap is too small.");
            }

            return n;
        });
        foreach (HeapPiece piece in pieces) heap.Free(piece);
        return cost;
    }

    private static double FragmentsOf(Sampler sampler, int fragments)
    {
        var machine = new EmulatedPlatform(new() { MemoryBytes = 64 << 20, Stepped = true });
        string address = machine.Add(new EduDevice());
        PciFunction function = machine.Run(async () => await machine.OpenAsync(address));
        DmaAdapter adapter = function.CreateAdapter(DmaConstraints.None);
        using SystemBuffer buffer = machine.AllocateSystemBuffer(fragments * 128L);
        BufferChain chain = BufferChain.Rent();
        for (int i = 0; i < fragments; i++) chain.Add(buffer, i * 128L, 64);
        double cost = sampler.Alone(n =>
        {
            int done = 0;
            for (; done < n; done += fragments)
            {
                if (!adapter.TryMap(chain.Range(0), DmaDirection.ToDevice, out DmaMapping mapping)) throw new InvalidOperationException("The chain cannot be mapped.");
                mapping.Complete(chain.Length);
            }

            return done;
        });
        chain.Dispose();
        buffer.Dispose();
        machine.Run(async () => await machine.DisposeAsync());
        return cost;
    }

    private static double AdaptersOf(Sampler sampler, int count)
    {
        var machine = new EmulatedPlatform(new() { MemoryBytes = 64 << 20, Stepped = true });
        string address = machine.Add(new EduDevice());
        PciFunction function = machine.Run(async () => await machine.OpenAsync(address));
        DmaAdapter[] adapters = [.. Enumerable.Range(0, count).Select(_ => function.CreateAdapter(DmaConstraints.None))];
        byte[] data = new byte[4096];
        int at = 0;
        double cost = sampler.Alone(n =>
        {
            for (int i = 0; i < n; i++)
            {
                at = (at + 1) % count;
                if (!adapters[at].TryMap(data, DmaDirection.ToDevice, out DmaMapping mapping)) throw new InvalidOperationException("There are no map registers.");
                mapping.Complete(data.Length);
            }

            return n;
        });
        machine.Run(async () => await machine.DisposeAsync());
        return cost;
    }

    private static double CommandsOf(Sampler sampler, int depth)
    {
        using var commands = new IdleCommands(depth);
        return sampler.Alone(commands.Run);
    }
}
