using System.Text;
using System.Text.Json;
using System.Xml.Linq;

namespace DmaKit.Tests;

/// <summary>What pools and heaps say of themselves, against golden text; pictures must be well-formed and complete.</summary>
public sealed class SnapshotTests
{
    private readonly DmaAdapter _adapter = new PlainMachine(pages: 256, logicalBase: 0x1234_0000).CreateAdapter();

    [Fact]
    public void H2_A_heap_as_text_and_json()
    {
        BufferHeap heap = SomeHeap();
        GoldenText.Check("heap.txt", Text(heap.WriteText));
        GoldenText.Check("heap.json", Json(heap.WriteJson));
    }

    [Fact]
    public void H2_A_pool_as_text_and_json()
    {
        BlockPool pool = SomePool();
        GoldenText.Check("pool.txt", Text(pool.WriteText));
        GoldenText.Check("pool.json", Json(pool.WriteJson));
    }

    [Fact]
    public void H2_A_heap_s_runs_are_the_whole_heap_in_order()
    {
        BufferHeapSnapshot snapshot = SomeHeap().TakeSnapshot();
        LogicalAddress at = snapshot.Range.Start;
        foreach (HeapRun run in snapshot.Runs)
        {
            Assert.Equal(at, run.Range.Start);
            at += run.Range.Length;
        }

        Assert.Equal(snapshot.Range.Last, at - 1);
        Assert.Equal(["sense", "list", "list"], snapshot.Runs.Where(r => r.Name is not null).Select(r => r.Name));
    }

    [Fact]
    public void H2_A_name_ends_with_its_piece()
    {
        using BufferHeap heap = BufferHeap.Create(_adapter, 65536);
        heap.Free(heap.Allocate(100, name: "short-lived"));
        HeapPiece unnamed = heap.Allocate(100);
        Assert.DoesNotContain(heap.TakeSnapshot().Runs, r => r.Name is not null);
        heap.Free(unnamed);
    }

    [Fact]
    public void H2_The_picture_of_a_heap_shows_every_run_with_its_name()
    {
        XDocument picture = XDocument.Parse(Text(SomeHeap().WriteSvg));
        string[] tips = [.. picture.Descendants().Where(e => e.Name.LocalName == "title").Select(e => e.Value)];
        foreach (string name in (string[])["sense", "list", "free"]) Assert.Contains(tips, t => t.EndsWith(name, StringComparison.Ordinal));
        string[] legend = [.. picture.Descendants().Where(e => e.Name.LocalName == "text").Select(e => e.Value)];
        Assert.Contains("list: 2, 6.9 KiB", legend);
        Assert.Contains(legend, t => t.StartsWith("free: ", StringComparison.Ordinal));
    }

    [Fact]
    public void H2_The_picture_of_a_pool_has_a_cell_for_each_block()
    {
        XDocument picture = XDocument.Parse(Text(SomePool().WriteSvg));
        string[] tips = [.. picture.Descendants().Where(e => e.Name.LocalName == "title").Select(e => e.Value).Where(t => t.StartsWith("block ", StringComparison.Ordinal))];
        Assert.Equal(70, tips.Length);
        Assert.Equal(3, tips.Count(t => t.EndsWith("Rented", StringComparison.Ordinal)));
    }

    [Fact]
    public void H2_The_picture_of_a_large_pool_stays_small()
    {
        var machine = new PlainMachine(pages: 1024);
        using BlockPool pool = BlockPool.Create(machine.CreateAdapter(), new BlockPoolOptions { BlockLength = 64, Count = 50_000 });
        string picture = Text(pool.WriteSvg);
        Assert.Contains("a cell is 7 blocks", picture, StringComparison.Ordinal);
        Assert.True(picture.Length < 2_000_000);
    }

    [Fact]
    public void H2_Names_with_markup_do_no_harm()
    {
        using BufferHeap heap = BufferHeap.Create(_adapter, 65536, new BufferHeapOptions { Name = "<a & \"b\">" });
        heap.Allocate(30_000, name: "</svg>&");
        XDocument picture = XDocument.Parse(Text(heap.WriteSvg));
        Assert.Contains(picture.Descendants(), e => e.Value == "</svg>&");
        Assert.Contains("<a & \"b\">", JsonDocument.Parse(Json(heap.WriteJson)).RootElement.GetProperty("heap").GetString(), StringComparison.Ordinal);
    }

    private BufferHeap SomeHeap()
    {
        BufferHeap heap = BufferHeap.Create(_adapter, 65536, new BufferHeapOptions { Name = "tables" });
        heap.Allocate(96, name: "sense");
        HeapPiece gone = heap.Allocate(1000);
        heap.Allocate(2000, name: "list");
        heap.Allocate(100);
        heap.Allocate(4996, alignment: 4096, name: "list");
        Assert.False(heap.TryAllocate(60_000, out _));
        heap.Free(gone);
        return heap;
    }

    /// <summary>70 blocks in two buffers, because every second page of memory is taken.</summary>
    private static BlockPool SomePool()
    {
        var machine = new PlainMachine(pages: 16, logicalBase: 0x1234_0000, inUse: page => page % 2 == 1);
        BlockPool pool = BlockPool.Create(machine.CreateAdapter(), new BlockPoolOptions { BlockLength = 64, Count = 70, Name = "packets" });
        var blocks = new Block[6];
        Assert.Equal(6, pool.TryRent(blocks));
        foreach (int i in (int[])[1, 2, 4]) pool.Return(blocks[i]);
        return pool;
    }

    private static string Text(Action<TextWriter> write)
    {
        var writer = new StringWriter();
        write(writer);
        return writer.ToString();
    }

    private static string Json(Action<Utf8JsonWriter> write)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true })) write(writer);
        return Encoding.UTF8.GetString(stream.ToArray()).ReplaceLineEndings("\n") + "\n";
    }
}
