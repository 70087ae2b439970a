namespace DmaKit.Tests;

/// <summary>Histories played on the library: registers in two runs of six, two packets, two blocks, a heap of sixteen granules, one turn.</summary>
internal sealed class LibraryWaits : IWaitSystem
{
    private const int Granule = 64;

    private readonly PumpScheduler _pump = new();
    private readonly Dictionary<WaitTicket, Item> _items = [];
    private readonly List<DmaRequest> _requests = [];
    private readonly PlainMachine _machine;
    private readonly DmaAdapter _lists;
    private readonly DmaAdapter _runs;
    private readonly DmaAdapter _turns;
    private readonly CommandPool<TestPacket, int> _packets;
    private readonly BlockPool _blocks;
    private readonly BufferHeap _heap;
    private readonly CommonBuffer _common;
    private readonly Action<DmaDomain>? _ended;

    /// <param name="ended">Looks at the domain when the history is over; or null.</param>
    public LibraryWaits(Action<DmaDomain>? ended)
    {
        _ended = ended;
        _machine = new PlainMachine(inUse: page => page % 7 == 6, continuations: _pump);
        _machine.Memory.Registers = 12;
        _lists = _machine.CreateAdapter();
        _runs = _machine.CreateAdapter(new DmaConstraints { MaxElements = 1 });
        _turns = _machine.CreateAdapter(new DmaConstraints { ScatterGather = false });
        _packets = CommandPool<TestPacket, int>.CreateUpTo(_lists, 2, 2);
        _blocks = BlockPool.Create(_lists, new BlockPoolOptions { BlockLength = 64, Count = 2 });
        _heap = BufferHeap.Create(_lists, 16 * Granule, new BufferHeapOptions { Granule = Granule });
        _common = _lists.AllocateCommonBuffer(4096);
        for (int i = 0; i < WaitRules.Requests; i++) _requests.Add(_machine.Domain.CreateRequest($"R{i}"));
    }

    public int Total(WaitResource resource) => resource switch
    {
        WaitResource.Registers or WaitResource.Run => 12,
        WaitResource.Heap => 16,
        WaitResource.Turn => 1,
        _ => 2,
    };

    public bool Adjacent(int unit, int next) => next == unit + 1;

    public void Start(WaitTicket ticket)
    {
        var item = new Item();
        _items.Add(ticket, item);
        DmaRequest? request = ticket.Request < 0 ? null : _requests[ticket.Request];
        var options = new MappingOptions { Request = request };
        CancellationToken token = item.Stop.Token;
        byte[] data = new byte[ticket.Amount * 4096];
        item.Follow(ticket.Resource switch
        {
            WaitResource.Registers => Mapped(_lists.MapAsync(data, DmaDirection.FromDevice, options, token)),
            WaitResource.Run => Mapped(_runs.MapAsync(data, DmaDirection.FromDevice, options, token)),
            WaitResource.Turn => Mapped(_turns.MapAsync(_common.Memory(0, 64), DmaDirection.FromDevice, options, token)),
            WaitResource.Packets => Plain(request is null ? _packets.RentAsync(token) : _packets.RentAsync(request, token)),
            WaitResource.Blocks => Plain(request is null ? _blocks.RentAsync(token) : _blocks.RentAsync(request, token)),
            _ => Piece(_heap.AllocateAsync(ticket.Amount * Granule, request: request, cancellationToken: token)),
        });
        _pump.RunUntilIdle();
    }

    public void Give(WaitTicket ticket)
    {
        _items[ticket].Held!.Dispose();
        _pump.RunUntilIdle();
    }

    public void Cancel(WaitTicket ticket)
    {
        _items[ticket].Stop.Cancel();
        _pump.RunUntilIdle();
    }

    public (WaitState State, int[] Units) Look(WaitTicket ticket) => (_items[ticket].State, _items[ticket].Units);

    public void Dispose()
    {
        _ended?.Invoke(_machine.Domain);
        _packets.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _blocks.Dispose();
        _heap.Dispose();
        _common.Dispose();
    }

    private static async ValueTask<(IDisposable, int[])> Mapped(ValueTask<DmaMapping> wait)
    {
        DmaMapping mapping = await wait;
        var units = new List<int>();
        foreach (DmaElement element in mapping.Elements)
        {
            for (long at = 0; at < element.Length && mapping.MapRegisters > 0; at += 4096) units.Add((int)((element.Address + at).Value >> 12));
        }

        return (mapping, [.. units]);
    }

    private static async ValueTask<(IDisposable, int[])> Plain<T>(ValueTask<T> wait) where T : IDisposable => (await wait, []);

    private async ValueTask<(IDisposable, int[])> Piece(ValueTask<HeapPiece> wait)
    {
        HeapPiece piece = await wait;
        int first = (int)((piece.LogicalAddress.Value - _heap.Buffer.LogicalAddress.Value) / Granule);
        return (piece, [.. Enumerable.Range(first, (int)(piece.Length / Granule))]);
    }

    private sealed class Item
    {
        public CancellationTokenSource Stop { get; } = new();

        public IDisposable? Held { get; private set; }

        public int[] Units { get; private set; } = [];

        public WaitState State { get; private set; }

        public async void Follow(ValueTask<(IDisposable, int[])> wait)
        {
            try
            {
                (Held, Units) = await wait;
                State = WaitState.Granted;
            }
            catch (OperationCanceledException)
            {
                State = WaitState.Cancelled;
            }
            catch (DmaDeadlockException)
            {
                State = WaitState.Deadlocked;
            }
        }
    }
}
