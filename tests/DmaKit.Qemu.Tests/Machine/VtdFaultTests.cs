using DmaKit.Testing;

namespace DmaKit.Qemu.Tests;

/// <summary>Bugs that a driver can have with addresses, planted, and what VT-d says of them.</summary>
public sealed class VtdFaultTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_stale_address_of_a_buffer_that_was_freed_is_refused_and_the_buffer_named()
    {
        await using Stand stand = await Stand.StartAsync();
        LogicalAddress stale = stand.Victim.LogicalAddress;
        stand.Victim.DeclareQuiet();
        stand.Victim.Dispose();
        DmaFault fault = await stand.FaultOfAsync(() => stand.Hand.CopyAsync(stand.Source.LogicalAddress, stale, 256));
        Assert.True(fault.IsWrite);
        Assert.Equal(stale, fault.Address);
        Assert.Equal(("victim", true, 0L), (fault.NearestBuffer, fault.NearestIsFreed, fault.Distance));
        Assert.Contains("no translation for writing", fault.Reason, StringComparison.Ordinal);
        Assert.Contains("inside 'victim', which was freed", fault.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_block_of_a_pool_that_is_gone_is_refused_and_its_slab_named()
    {
        await using Stand stand = await Stand.StartAsync();
        BlockPool pool = BlockPool.Create(stand.Adapter, new BlockPoolOptions { BlockLength = 256, Count = 64, Name = "receive" });
        Block block = pool.TryRent(out Block rented) ? rented : throw new InvalidOperationException("an empty pool");
        LogicalAddress stale = block.LogicalAddress;
        block.Dispose();
        stand.Adapter.DeclareQuiet();
        pool.Dispose();
        DmaFault fault = await stand.FaultOfAsync(() => stand.Hand.CopyAsync(stale, stand.Source.LogicalAddress, 256));
        Assert.False(fault.IsWrite);
        Assert.True(fault.NearestIsFreed);
        Assert.Contains("receive", fault.NearestBuffer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_past_the_end_of_a_buffer_is_refused_and_the_buffer_named()
    {
        await using Stand stand = await Stand.StartAsync();
        LogicalAddress past = stand.Victim.LogicalAddress + stand.Victim.Length;
        DmaFault fault = await stand.FaultOfAsync(() => stand.Hand.CopyAsync(stand.Source.LogicalAddress, past, 16));
        Assert.Equal(("victim", false, 1L), (fault.NearestBuffer, fault.NearestIsFreed, fault.Distance));
        Assert.Contains("1 bytes past the end of 'victim'", fault.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Twin_what_is_mapped_makes_no_fault()
    {
        await using Stand stand = await Stand.StartAsync();
        stand.Source.Span(0, 256).Fill(0x5A);
        await stand.Hand.CopyAsync(stand.Source.LogicalAddress, stand.Victim.LogicalAddress, 256);
        Assert.Equal(stand.Source.Span(0, 256), stand.Victim.Span(0, 256));
        Assert.Empty(stand.Adapter.Domain.Faults);
    }

    /// <summary>An edu device behind VT-d with two buffers, the second of them below a gap.</summary>
    private sealed class Stand : IAsyncDisposable
    {
        private readonly QemuPlatform _machine;

        private Stand(QemuPlatform machine, EduHand hand, DmaAdapter adapter)
        {
            _machine = machine;
            Hand = hand;
            Adapter = adapter;
            Victim = adapter.AllocateCommonBuffer(4096, new CommonBufferOptions { Name = "victim", MaximumAddress = new LogicalAddress(0x7FF_FFFF) });
            Source = adapter.AllocateCommonBuffer(4096, new CommonBufferOptions { Name = "source" });
        }

        public EduHand Hand { get; }

        public DmaAdapter Adapter { get; }

        public CommonBuffer Victim { get; }

        public CommonBuffer Source { get; }

        public static async Task<Stand> StartAsync()
        {
            QemuPlatform machine = await QemuMachine.StartAsync(new() { Devices = ["edu"], Iommu = true });
            EduHand hand = await EduHand.OpenAsync(machine);
            hand.Function.BusMaster = true;
            return new Stand(machine, hand, hand.Function.CreateAdapter(hand.Constraints));
        }

        public async Task<DmaFault> FaultOfAsync(Func<ValueTask> bug)
        {
            var seen = new TaskCompletionSource<DmaFault>(TaskCreationOptions.RunContinuationsAsynchronously);
            Adapter.Domain.Faulted += fault => seen.TrySetResult(fault);
            await bug();
            return await seen.Task.WaitAsync(Limit);
        }

        public async ValueTask DisposeAsync()
        {
            Adapter.DeclareQuiet();
            Victim.Dispose();
            Source.Dispose();
            await Hand.DisposeAsync();
            await _machine.DisposeAsync();
        }
    }
}
