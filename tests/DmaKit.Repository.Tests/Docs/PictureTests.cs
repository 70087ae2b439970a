using DmaKit.Devices;
using DmaKit.Emulation;
using DmaKit.Platforms;

namespace DmaKit.Repository.Tests;

/// <summary>The pictures in the documents are what pool and heap draw of themselves.</summary>
public sealed class PictureTests
{
    [Fact]
    public async Task The_picture_of_a_heap_is_drawn_by_the_heap()
    {
        await using var machine = new EmulatedPlatform();
        await using PciFunction function = await machine.OpenAsync(machine.Add(new EduDevice()), TestContext.Current.CancellationToken);
        await using DmaAdapter dma = function.CreateAdapter(new() { AddressBits = 28 });
        using BufferHeap heap = BufferHeap.Create(dma, 64 << 10, new() { Name = "messages" });
        List<HeapPiece> pieces = [];
        foreach ((string name, int length) in new[] { ("table", 4096), ("list 1", 1500), ("sense", 256), ("list 2", 6000), ("message", 9000), ("list 3", 3000), ("log", 12000) })
        {
            pieces.Add(heap.Allocate(length, alignment: name == "log" ? 4096 : 0, name: name));
        }

        heap.Free(pieces[1]);
        heap.Free(pieces[4]);
        using var drawn = new StringWriter { NewLine = "\n" };
        heap.WriteSvg(drawn);
        foreach (HeapPiece piece in pieces.Where((_, i) => i is not (1 or 4))) heap.Free(piece);
        Same("docs/images/heap.svg", drawn.ToString());
    }

    [Fact]
    public async Task The_picture_of_a_pool_is_drawn_by_the_pool()
    {
        await using var machine = new EmulatedPlatform(new() { Fragmentation = 0.8, Seed = 1 });
        await using PciFunction function = await machine.OpenAsync(machine.Add(new EduDevice()), TestContext.Current.CancellationToken);
        await using DmaAdapter dma = function.CreateAdapter(new() { AddressBits = 28 });
        using BlockPool pool = BlockPool.AllocateUpTo(dma, blockLength: 2048, preferred: 128, minimum: 16, new() { Name = "receive" });
        var blocks = new Block[48];
        Assert.Equal(blocks.Length, pool.TryRent(blocks));
        pool.Return(blocks.AsSpan(8, 12));
        using var drawn = new StringWriter { NewLine = "\n" };
        pool.WriteSvg(drawn);
        pool.Return(blocks.AsSpan(0, 8));
        pool.Return(blocks.AsSpan(20));
        Same("docs/images/pool.svg", drawn.ToString());
    }

    private static void Same(string path, string drawn)
    {
        if (Environment.GetEnvironmentVariable("DMAKIT_ACCEPT") == "1" && Environment.GetEnvironmentVariable("CI") != "true") File.WriteAllText(RepositoryTree.Absolute(path), drawn);
        Assert.True(RepositoryTree.Read(path) == drawn, $"{path} is not what is drawn now. If that is meant, accept it with DMAKIT_ACCEPT=1.");
    }
}
