using System.Runtime.InteropServices;
using DmaKit.Platforms;

namespace DmaKit.Tests;

/// <summary>
/// The smallest machine that can give common buffers: one array as memory, one function, no device. What pools and heaps need and
/// nothing else, so that their tests run in microseconds.
/// </summary>
internal sealed class PlainMachine : DmaPlatform
{
    public const int Page = 4096;

    private readonly PlainFunction _function;

    /// <param name="pages">The size of memory.</param>
    /// <param name="logicalBase">Where it is to the device.</param>
    /// <param name="inUse">Which pages are taken from the start; null for none.</param>
    /// <param name="continuations">Where continuations run; null for the thread pool.</param>
    /// <param name="clock">The time; null for the system's.</param>
    public PlainMachine(
        int pages = 1024, ulong logicalBase = 0x1000_0000, Func<int, bool>? inUse = null, ContinuationScheduler? continuations = null, TimeProvider? clock = null)
    {
        Clock = clock ?? TimeProvider.System;
        Memory = new PlainMemory(pages, logicalBase, inUse);
        Continuations = continuations ?? ContinuationScheduler.ThreadPool;
        Domain = new DmaDomain(this, Memory, "plain");
        _function = new PlainFunction(this);
    }

    public PlainMemory Memory { get; }

    public DmaDomain Domain { get; }

    public override string Name => "plain";

    public override TimeProvider Clock { get; }

    public override ContinuationScheduler Continuations { get; }

    public override IReadOnlyList<PciFunctionInfo> Functions => [_function.Info];

    public DmaAdapter CreateAdapter(DmaConstraints? constraints = null) => _function.CreateAdapter(constraints ?? DmaConstraints.None);

    public override ValueTask<PciFunction> OpenAsync(string address, CancellationToken cancellationToken = default) => new(_function);

    public override SystemBuffer AllocateSystemBuffer(long length) => throw new NotSupportedException("This machine has common buffers only.");

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private sealed class PlainFunction(PlainMachine machine) : PciFunction
    {
        public override PciFunctionInfo Info { get; } = new("0000:00:01.0", 0x1234, 0x0001, 0xFF0000, "no device");

        public override DmaPlatform Platform => machine;

        public override DmaDomain Domain => machine.Domain;

        public override PciConfigSpace Config => throw new NotSupportedException("This function has no registers.");

        public override IReadOnlyList<InterruptVector> Interrupts => [];

        public override bool BusMaster { get; set; }

        public override bool CanReset => true;

        public override RegisterWindow MapBar(int bar) => throw new NotSupportedException("This function has no registers.");

        public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

        protected override ValueTask ResetCoreAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;
    }
}

/// <summary>Pages of one pinned array, first fit.</summary>
internal sealed class PlainMemory : DomainMemory
{
    /// <summary>How many map registers there may be.</summary>
    public int Registers { get; set; } = 1024;

    public override int MapRegisterCount => Registers;

    private readonly byte[] _bytes;
    private readonly bool[] _taken;
    private readonly nint _host;
    private readonly int _start;
    private readonly ulong _logical;

    public PlainMemory(int pages, ulong logical, Func<int, bool>? inUse)
    {
        _bytes = GC.AllocateArray<byte>((pages + 1) * PlainMachine.Page, pinned: true);
        _taken = new bool[pages];
        for (int i = 0; i < pages; i++) _taken[i] = inUse?.Invoke(i) ?? false;

        // SAFETY: owner: this object's pinned array, one page longer than what is handed out; lifetime: this object's.
        nint start = Marshal.UnsafeAddrOfPinnedArrayElement(_bytes, 0);
        _host = (start + PlainMachine.Page - 1) & ~(nint)(PlainMachine.Page - 1);
        _start = (int)(_host - start);
        _logical = logical;
    }

    public override int PageSize => PlainMachine.Page;

    public override bool Translates => false;

    /// <summary>The memory behind a logical address, as a device reaches it.</summary>
    public Span<byte> At(LogicalAddress logical, int length) => _bytes.AsSpan(_start + (int)(logical.Value - _logical), length);

    public int PagesTaken => _taken.Count(t => t);

    public override bool TryAllocate(in RunRequest request, out MemoryRun run)
    {
        int pages = (int)(request.Length / PageSize);
        lock (_taken)
        {
            for (int first = 0; first + pages <= _taken.Length; first++)
            {
                if (!Suits(request, first, pages)) continue;
                _taken.AsSpan(first, pages).Fill(true);
                _bytes.AsSpan(_start + (first * PageSize), pages * PageSize).Clear();
                run = new MemoryRun(_host + (first * PageSize), new LogicalAddress(_logical + ((ulong)first * PlainMachine.Page)), request.Length, first);
                return true;
            }
        }

        run = default;
        return false;
    }

    public override long LargestRun(in RunRequest request)
    {
        lock (_taken)
        {
            int longest = 0;
            for (int first = 0; first < _taken.Length; first++)
                while (first + longest < _taken.Length && Suits(request, first, longest + 1)) longest++;
            return (long)longest * PageSize;
        }
    }

    public override bool Revoke(in MemoryRun run) => false;

    public override void ReleaseHost(in MemoryRun run)
    {
    }

    public override void ReleaseLogical(in MemoryRun run)
    {
        lock (_taken) _taken.AsSpan((int)run.Token, (int)(run.Length / PageSize)).Clear();
    }

    public override bool TryTranslate(nint host, long length, out LogicalAddress logical, out long contiguous)
    {
        logical = default;
        contiguous = 0;
        return false;
    }

    private bool Suits(in RunRequest request, int first, int pages)
    {
        ulong start = _logical + ((ulong)first * PlainMachine.Page);
        ulong last = start + ((ulong)pages * PlainMachine.Page) - 1;
        return !_taken.AsSpan(first, pages).Contains(true)
            && start % (ulong)request.Alignment == 0
            && start >= request.Minimum.Value && last <= request.Maximum.Value
            && (request.Boundary == 0 || start / (ulong)request.Boundary == last / (ulong)request.Boundary);
    }
}
