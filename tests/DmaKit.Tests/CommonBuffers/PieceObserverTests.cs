namespace DmaKit.Tests;

/// <summary>Observers see every block and piece change hands, in order, whichever way it went.</summary>
public sealed class PieceObserverTests
{
    [Fact]
    public void P1_An_observer_is_told_of_every_rent_and_return()
    {
        var log = new Log();
        var pump = new PumpScheduler();
        var machine = new PlainMachine(continuations: pump) { Observer = log };
        using BlockPool pool = BlockPool.Create(machine.CreateAdapter(), new BlockPoolOptions { BlockLength = 64, Count = 64 });
        using BlockCache cache = pool.CreateCache(8);
        var all = new Block[64];
        var expected = new List<string>();

        Assert.True(pool.TryRent(out all[0]));
        Expect("rented", all[0]);
        Assert.True(cache.TryRent(out all[1]));
        Expect("rented", all[1]);
        Assert.Equal(62, cache.TryRent(all.AsSpan(2)));
        foreach (Block block in all.AsSpan(2)) Expect("rented", block);

        // A waiter is handed what comes back: returned first, then rented.
        ValueTask<Block> wait = pool.RentAsync(TestContext.Current.CancellationToken);
        Expect("returned", all[5]);
        cache.Return(all[5]);
        pump.RunUntilIdle();
        Assert.Equal($"rented {expected[^1]["returned ".Length..]}", log.Lines[^1]);
        expected.Add(log.Lines[^1]);
        Assert.True(wait.IsCompletedSuccessfully);
        all[5] = Awaited(wait);

        foreach (Block block in all) Expect("returned", block);
        pool.Return(all.AsSpan(0, 10));
        cache.Return(all.AsSpan(10, 10));
        for (int i = 20; i < 40; i++) cache.Return(all[i]);
        for (int i = 40; i < 64; i++) all[i].Dispose();
        Assert.Equal(expected, log.Lines);
        Assert.All(log.Owners, o => Assert.Same(pool, o));

        void Expect(string what, Block block) => expected.Add($"{what} {new LogicalRange(block.LogicalAddress, 64)}");

        static Block Awaited(ValueTask<Block> done) => done.GetAwaiter().GetResult();
    }

    [Fact]
    public void H1_An_observer_is_told_of_every_piece()
    {
        var log = new Log();
        var machine = new PlainMachine { Observer = log };
        using BufferHeap heap = BufferHeap.Create(machine.CreateAdapter(), 65536);
        HeapPiece piece = heap.Allocate(100);
        string range = piece.Range.ToString();
        heap.Free(piece);
        Assert.Throws<DmaMisuseException>(() => heap.Free(piece));
        Assert.Equal([$"rented {range}", $"returned {range}"], log.Lines);
        Assert.All(log.Owners, o => Assert.Same(heap, o));
    }

    private sealed class Log : DmaObserver
    {
        public List<string> Lines { get; } = [];

        public List<object> Owners { get; } = [];

        public override void OnRented(object owner, LogicalRange piece) => Add("rented", owner, piece);

        public override void OnReturned(object owner, LogicalRange piece) => Add("returned", owner, piece);

        private void Add(string what, object owner, LogicalRange piece)
        {
            Owners.Add(owner);
            Lines.Add($"{what} {piece}");
        }
    }
}
