namespace DmaKit.Tests;

/// <summary>Registers that are set aside, and what that means to everybody else.</summary>
public sealed class RegisterLeaseTests
{
    private const int Page = 4096;

    private readonly PlainMachine _machine = new();

    public RegisterLeaseTests() => _machine.Memory.Registers = 8;

    [Fact]
    public void R1_ARunMayBeUnavailableAlthoughEnoughAreFree()
    {
        DmaAdapter lists = _machine.CreateAdapter();
        DmaAdapter runs = _machine.CreateAdapter(new DmaConstraints { MaxElements = 1 });
        DmaMapping[] all = [.. Enumerable.Range(0, 8).Select(_ => Mapped(lists, 1))];
        foreach (DmaMapping mapping in all.Where((_, i) => i % 2 == 0)) mapping.Complete(0);
        Assert.Equal(4, _machine.Domain.MapRegisters.Free);
        Assert.False(runs.TryMap(new byte[2 * Page], DmaDirection.ToDevice, out _), "two side by side, where every second one is taken");
        Assert.True(lists.TryMap(new byte[4 * Page], DmaDirection.ToDevice, out DmaMapping scattered));
        Assert.Equal(4, scattered.Elements.Length);
        scattered.Complete(0);
        all[1].Complete(0);
        Assert.True(runs.TryMap(new byte[2 * Page], DmaDirection.ToDevice, out DmaMapping run));
        Assert.Equal(1, run.Elements.Length);
    }

    [Fact]
    public async Task R1_AReservationHasItsOwnRegistersAndLine()
    {
        DmaAdapter dma = _machine.CreateAdapter();
        using RegisterLease lease = dma.ReserveRegisters(2, "mine");
        Assert.Equal((6, 2, 2), (_machine.Domain.MapRegisters.Free, lease.Count, lease.Free));
        DmaMapping data = Mapped(dma, 6);
        Task<DmaMapping> waits = dma.MapAsync(new byte[Page], DmaDirection.ToDevice).AsTask();

        DmaMapping own = await dma.MapAsync(new byte[2 * Page], DmaDirection.ToDevice, new MappingOptions { Lease = lease });
        Task<DmaMapping> behind = dma.MapAsync(new byte[Page], DmaDirection.ToDevice, new MappingOptions { Lease = lease }).AsTask();
        Assert.Equal((0, 1, 1), (lease.Free, lease.Waiting, _machine.Domain.MapRegisters.Waiting));
        own.Complete(0);
        (await behind).Complete(0);
        Assert.False(waits.IsCompleted);
        data.Complete(0);
        (await waits).Complete(0);
        Assert.Equal((6, 2), (_machine.Domain.MapRegisters.Free, lease.Free));
    }

    [Fact]
    public async Task R1_ACommandNeverCompetesWithData()
    {
        DmaAdapter dma = _machine.CreateAdapter();
        using RegisterLease commands = dma.ReserveForCommands(1);
        Assert.Same(commands, dma.CommandReserve);
        DmaMapping data = Mapped(dma, 7);
        DmaMapping command = await dma.MapAsync(new byte[64], DmaDirection.ToDevice, new MappingOptions { ForCommand = true });
        command.Complete(0);
        data.Complete(0);
        Assert.Throws<DmaMisuseException>(() => dma.ReserveForCommands(1));
        commands.Dispose();
        Assert.Null(dma.CommandReserve);
        Mapped(dma, 8).Complete(0);
    }

    [Fact]
    public void R1_NobodyCountsOnWhatIsReserved()
    {
        DmaAdapter dma = _machine.CreateAdapter();
        Assert.Equal((7 * Page) + 1, dma.MaximumTransferLength);
        RegisterLease lease = dma.ReserveRegisters(3);
        Assert.Equal((4 * Page) + 1, dma.MaximumTransferLength);
        var error = Assert.Throws<DmaMappingException>(() => { dma.TryMap(new byte[6 * Page], DmaDirection.ToDevice, out _); });
        Assert.Contains("5 map registers", error.Message, StringComparison.Ordinal);
        var never = Assert.Throws<DmaResourceException>(() => dma.ReserveRegisters(6));
        Assert.Equal((6 * Page, 5 * Page), (never.Requested, never.LargestAvailable));
        lease.Dispose();
        Mapped(dma, 8).Complete(0);
    }

    [Fact]
    public async Task R1_AReservationCanBeAwaitedAndCancelled()
    {
        DmaAdapter dma = _machine.CreateAdapter();
        DmaMapping data = Mapped(dma, 5);
        Assert.False(dma.TryReserveRegisters(4, out _));
        using var stop = new CancellationTokenSource();
        Task<RegisterLease> cancelled = dma.ReserveRegistersAsync(4, cancellationToken: stop.Token).AsTask();
        Task<RegisterLease> granted = dma.ReserveRegistersAsync(4).AsTask();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        Assert.False(granted.IsCompleted);
        data.Complete(0);
        using RegisterLease lease = await granted;
        Assert.Equal(4, lease.Free);
    }

    [Fact]
    public async Task R2_AReservationThatARequestHoldsIsPartOfTheAccount()
    {
        DmaAdapter dma = _machine.CreateAdapter();
        DmaRequest one = _machine.Domain.CreateRequest("one");
        DmaRequest two = _machine.Domain.CreateRequest("two");
        RegisterLease lease = await dma.ReserveRegistersAsync(4, "four", one);
        DmaMapping data = await dma.MapAsync(new byte[4 * Page], DmaDirection.ToDevice, new MappingOptions { Request = two });
        Task<DmaMapping> more = dma.MapAsync(new byte[Page], DmaDirection.ToDevice, new MappingOptions { Request = one }).AsTask();
        var error = await Assert.ThrowsAsync<DmaDeadlockException>(() => dma.ReserveRegistersAsync(1, null, two).AsTask());
        Assert.Contains("one holds 4 map registers and waits for 1 map register", error.Message, StringComparison.Ordinal);
        data.Complete(0);
        (await more).Complete(0);
        lease.Dispose();
        Assert.True(one.IsIdle && two.IsIdle);
        Assert.Equal(8, _machine.Domain.MapRegisters.Free);
    }

    [Fact]
    public void E1_AReservationThatIsDisposedWhileInUseIsReportedAndGoesBackWithItsLastMapping()
    {
        DmaAdapter dma = _machine.CreateAdapter();
        RegisterLease lease = dma.ReserveRegisters(3, "early");
        Assert.True(dma.TryMap(new byte[2 * Page], DmaDirection.ToDevice, new MappingOptions { Lease = lease }, out DmaMapping mapping));
        lease.Dispose();
        lease.Dispose();
        Assert.Equal("reservation-disposed-while-in-use", Assert.Single(_machine.Misuse.Reports).Rule);
        Assert.Throws<ObjectDisposedException>(() => { dma.TryMap(new byte[Page], DmaDirection.ToDevice, new MappingOptions { Lease = lease }, out _); });
        Assert.Equal(5, _machine.Domain.MapRegisters.Free);
        mapping.Complete(0);
        Assert.Equal(8, _machine.Domain.MapRegisters.Free);
    }

    [Fact]
    public async Task R1_TheAdapterGivesBackWhatItReserved()
    {
        DmaAdapter dma = _machine.CreateAdapter();
        dma.ReserveRegisters(3);
        dma.ReserveForCommands(2);
        await dma.DisposeAsync();
        Assert.Equal(8, _machine.Domain.MapRegisters.Free);
    }

    [Fact]
    public async Task M5_ADeviceWithoutAListHasOneMappingAtATimeInOneRun()
    {
        DmaAdapter dma = _machine.CreateAdapter(new DmaConstraints { ScatterGather = false });
        Task<DmaMapping> second = null!;
        DmaMapping first = await dma.MapAsync(new byte[3 * Page], DmaDirection.ToDevice);
        Assert.Equal(1, first.Elements.Length);
        Assert.False(dma.TryMap(new byte[1], DmaDirection.ToDevice, out _), "two at once");
        second = dma.MapAsync(new byte[2 * Page], DmaDirection.ToDevice).AsTask();
        Assert.False(second.IsCompleted);
        Assert.Equal(5, _machine.Domain.MapRegisters.Free);
        first.Complete(0);
        DmaMapping next = await second;
        Assert.Equal(1, next.Elements.Length);
        next.Complete(0);
        Mapped(dma, 1).Complete(0);
    }

    [Fact]
    public void M7_ARequestThatIsUsedAgainIsAnotherRequest()
    {
        DmaAdapter dma = _machine.CreateAdapter();
        var options = new MappingOptions { Request = _machine.Domain.CreateRequest("kept") };
        byte[] secret = new byte[8 * Page];
        Array.Fill(secret, (byte)0x53);
        Assert.True(dma.TryMap(secret, DmaDirection.ToDevice, options, out DmaMapping first));
        first.Complete(0);
        byte[] data = new byte[8 * Page];
        Assert.True(dma.TryMap(data, DmaDirection.FromDevice, options, out DmaMapping second));
        second.Complete(8 * Page);
        Assert.False(data.AsSpan().ContainsAnyExcept((byte)0), "bytes of the request before leaked through a device that wrote nothing");
    }

    [Fact]
    public void M7_PagesOfAReservationAreClearedBetweenRequestsToo()
    {
        DmaAdapter dma = _machine.CreateAdapter();
        using RegisterLease lease = dma.ReserveRegisters(2);
        byte[] secret = new byte[2 * Page];
        Array.Fill(secret, (byte)0x53);
        Assert.True(dma.TryMap(secret, DmaDirection.Both, new MappingOptions { Lease = lease, Request = _machine.Domain.CreateRequest("one") }, out DmaMapping first));
        first.Complete(0);
        byte[] data = new byte[2 * Page];
        Assert.True(dma.TryMap(data, DmaDirection.FromDevice, new MappingOptions { Lease = lease, Request = _machine.Domain.CreateRequest("two") }, out DmaMapping second));
        second.Complete(2 * Page);
        Assert.False(data.AsSpan().ContainsAnyExcept((byte)0), "bytes of another request leaked");
    }

    [Fact]
    public async Task CB6_AMachineMayChargeMapRegistersForCommonBuffers()
    {
        await using var machine = new TestMachine(new Emulation.EmulatedPlatformOptions { MemoryBytes = 64 << 20, MapRegisters = 8, ChargeCommonBuffers = true });
        MapRegisters registers = machine.Dma.Domain.MapRegisters;
        using (CommonBuffer buffer = machine.Dma.AllocateCommonBuffer((5 * Page) + 1))
        {
            Assert.Equal(2, registers.Free);
            Assert.Equal(2 * Page, machine.Dma.LargestCommonBuffer());
            var error = Assert.Throws<DmaResourceException>(() => machine.Dma.AllocateCommonBuffer(3 * Page));
            Assert.Contains("charges a map register for each page; 2 are free", error.Message, StringComparison.Ordinal);
            using CommonBuffer rest = machine.Dma.AllocateCommonBufferUpTo(8 * Page, Page);
            Assert.Equal((2L * Page, 0), (rest.Length, registers.Free));
            Assert.Throws<DmaMappingException>(() => { machine.Dma.TryMap(new byte[1], DmaDirection.ToDevice, out _); });
        }

        Assert.Equal(8, registers.Free);
        machine.Registers.Write32(TestMachine.Doorbell, 1);
        machine.Dma.AllocateCommonBuffer(Page).Dispose();
        Assert.Equal(7, registers.Free);
        machine.Dma.DeclareQuiet();
        Assert.Equal(8, registers.Free);
    }

    private static DmaMapping Mapped(DmaAdapter dma, int pages)
    {
        Assert.True(dma.TryMap(new byte[pages * Page], DmaDirection.ToDevice, out DmaMapping mapping));
        return mapping;
    }
}
