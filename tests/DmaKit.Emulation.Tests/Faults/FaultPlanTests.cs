using DmaKit.Devices;
using DmaKit.Platforms;

namespace DmaKit.Emulation.Tests;

public sealed class FaultPlanTests
{
    private static readonly FaultTarget Everything = new() { Iommu = true, TagBar = 0 };

    [Theory]
    [InlineData("lost-interrupt@7x2")]
    [InlineData("slow@0, stale-tag@3, write-beyond@12x4")]
    [InlineData("none")]
    public void The_text_form_is_read_back(string text)
    {
        FaultPlan plan = FaultPlan.Parse(text);
        Assert.Equal(text, plan.ToString());
        Assert.Equal(plan.Faults, FaultPlan.Parse(plan.ToString()).Faults);
    }

    [Fact]
    public void Every_kind_has_a_name_a_sentence_and_an_effect()
    {
        foreach (FaultKind kind in Enum.GetValues<FaultKind>())
        {
            var fault = new Fault(kind, 3, 2);
            Assert.Equal(fault, Fault.Parse(fault.ToString()));
            Assert.Equal(kind, FaultCatalogue.Of(kind).Kind);
            Assert.NotEmpty(fault.Describe());
        }
    }

    [Theory]
    [InlineData("no-such-thing@1", "there are: lost-interrupt, ")]
    [InlineData("slow@", "write slow@7 or slow@7x2")]
    [InlineData("slow@1x0", "write slow@7 or slow@7x2")]
    [InlineData("slow@-1", "write slow@7 or slow@7x2")]
    public void A_wrong_text_says_what_is_legal(string text, string legal) =>
        Assert.Contains(legal, Assert.Throws<FormatException>(() => FaultPlan.Parse(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_seed_makes_the_same_plan_every_time()
    {
        string[] plans = [.. Enumerable.Range(0, 200).Select(seed => FaultPlan.FromSeed(seed, Everything).ToString())];
        Assert.Equal(plans, Enumerable.Range(0, 200).Select(seed => FaultPlan.FromSeed(seed, Everything).ToString()));
        Assert.Contains("none", plans);
        Assert.True(plans.Distinct().Count() > 120, "seeds make different plans");
        foreach (FaultKind kind in Enum.GetValues<FaultKind>())
            Assert.Contains(Enumerable.Range(0, 2000).SelectMany(seed => FaultPlan.FromSeed(seed, Everything).Faults), f => f.Kind == kind);
    }

    [Fact]
    public void What_nobody_can_be_defended_against_is_not_planned()
    {
        var bare = new FaultTarget();
        foreach (Fault fault in Enumerable.Range(0, 2000).SelectMany(seed => FaultPlan.FromSeed(seed, bare).Faults))
        {
            Assert.False(fault.NeedsIommu, $"{fault} is planned without an IOMMU");
            Assert.False(FaultCatalogue.Of(fault.Kind).NeedsTags, $"{fault} is planned for a device without tags");
        }
    }

    [Fact]
    public void A_plan_is_for_one_device()
    {
        var plan = new FaultPlan([]);
        plan.Wrap(new EduDevice());
        Assert.Throws<InvalidOperationException>(() => plan.Wrap(new EduDevice()));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Fault(FaultKind.Slow, -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Fault(FaultKind.Slow, 0, 0));
    }

    [Theory]
    [InlineData("none", false, 0, FaultEffect.None)]
    [InlineData("slow@0x4", false, 2, FaultEffect.Errors)]
    [InlineData("skipped-write@0", true, 1, FaultEffect.Errors | FaultEffect.MissingBytes)]
    [InlineData("skipped-write@1", false, 0, FaultEffect.None)]
    [InlineData("interrupt-storm@0", false, 1, FaultEffect.None)]
    public async Task A_fault_strikes_when_it_says_and_is_counted(string text, bool spoils, long struck, FaultEffect effects)
    {
        await using var machine = NewMachine();
        FaultPlan plan = FaultPlan.Parse(text, seed: 3);
        string address = machine.Add(plan.Wrap(new EduDevice()));
        byte[] data = EduProgram.Pattern(500, seed: 2);
        byte[] back = machine.Run(async () =>
        {
            await using PciFunction card = await machine.FunctionAsync(address);
            return await EduProgram.RoundTripAsync(card, data);
        });
        Assert.Equal(!spoils, data.AsSpan().SequenceEqual(back));
        Assert.Equal((struck, effects), (plan.Struck, plan.Effects));
    }

    [Fact]
    public async Task A_vanished_device_reads_as_all_ones_for_ever()
    {
        await using var machine = NewMachine();
        string address = machine.Add(FaultPlan.Parse("vanish@1").Wrap(new EduDevice()));
        await using PciFunction card = await machine.FunctionAsync(address);
        RegisterWindow registers = card.MapBar(0);
        Assert.Equal(0x010000EDu, registers.Read32(0));
        registers.Write32(4, 5);
        Assert.Equal(uint.MaxValue, registers.Read32(0));
        Assert.Equal(uint.MaxValue, registers.Read32(4));
    }

    [Fact]
    public async Task Memory_is_refused_when_the_plan_says()
    {
        await using var machine = NewMachine();
        FaultPlan plan = FaultPlan.Parse("refused-allocation@1");
        plan.Interpose(machine);
        await using PciFunction card = await machine.FunctionAsync(machine.Add(plan.Wrap(new EduDevice())));
        await using DmaAdapter adapter = card.CreateAdapter(new DmaConstraints());
        using CommonBuffer first = adapter.AllocateCommonBuffer(4096);
        Assert.False(adapter.TryAllocateCommonBuffer(4096, null, out _));
        using CommonBuffer third = adapter.AllocateCommonBuffer(4096);
        Assert.Equal((1, FaultEffect.Errors), (plan.Struck, plan.Effects));
    }

    [Theory]
    [InlineData("map registers")]
    [InlineData("packet")]
    [InlineData("block")]
    [InlineData("piece")]
    [InlineData("turn")]
    public async Task What_is_awaited_is_granted_late_though_it_is_there(string what)
    {
        (TimeSpan first, TimeSpan struck, TimeSpan last) = await TimesAsync(what, "delayed-grant@1");
        Assert.Equal((TimeSpan.Zero, TimeSpan.Zero), (first, last));
        Assert.InRange(struck, TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(50));
        Assert.Equal(struck, (await TimesAsync(what, "delayed-grant@1")).Struck);
        Assert.Equal(TimeSpan.Zero, (await TimesAsync(what, "delayed-grant@9")).Struck);
    }

    /// <summary>Who gives up in the time of the delay gets nothing and leaves nothing; who is behind him is granted in order; what nobody has to wait for is not delayed.</summary>
    [Fact]
    public async Task A_delayed_grant_can_be_given_up_and_keeps_the_order()
    {
        await using var machine = NewMachine();
        FaultPlan plan = FaultPlan.Parse("delayed-grant@0", seed: 7);
        plan.Interpose(machine);
        await using PciFunction card = await machine.FunctionAsync(machine.Add(plan.Wrap(new EduDevice())));
        await using DmaAdapter adapter = card.CreateAdapter(new DmaConstraints());
        using BlockPool blocks = BlockPool.AllocateUpTo(adapter, 4096, 2, 2);
        machine.Run(async () =>
        {
            using var giveUp = new CancellationTokenSource();
            Task<Block> first = blocks.RentAsync(giveUp.Token).AsTask();
            Task<Block> second = blocks.RentAsync().AsTask();
            Task<Block> third = blocks.RentAsync().AsTask();
            giveUp.Cancel();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
            Assert.False(second.IsCompleted || third.IsCompleted);
            (await second).Dispose();
            Assert.True(machine.Clock.GetElapsedTime(0) > TimeSpan.Zero);
            (await third).Dispose();
            Assert.Equal(2, blocks.Available);
        });
        Assert.Equal((1, FaultEffect.None), (plan.Struck, plan.Effects));
        Assert.Contains("(struck 1)", plan.Describe(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Configuration_space_turns_to_nonsense_while_the_driver_runs()
    {
        await using var machine = NewMachine();
        FaultPlan plan = FaultPlan.Parse("garbled-configuration@2x40", seed: 5);
        await using PciFunction card = await machine.FunctionAsync(machine.Add(plan.Wrap(new PassOn(new EduDevice()))));
        Assert.Equal(0x11E8_1234u, card.Config.Read32(0));
        Assert.Equal(0x11E8_1234u, card.Config.Read32(0));
        uint[] nonsense = [.. Enumerable.Range(0, 40).Select(_ => card.Config.Read32(0))];
        Assert.DoesNotContain(0x11E8_1234u, nonsense);
        Assert.Contains(uint.MaxValue, nonsense);
        Assert.Contains(0u, nonsense);
        Assert.True(nonsense.Distinct().Count() > 10);
        Assert.Equal(0x11E8_1234u, card.Config.Read32(0));
        Assert.Equal((40, FaultEffect.Errors), (plan.Struck, plan.Effects));
    }

    /// <summary>Command register, base addresses, capabilities and messages: whatever is read.</summary>
    [Theory]
    [InlineData(0x04)]
    [InlineData(0x10)]
    [InlineData(0x34)]
    [InlineData(0x40)]
    public async Task Any_part_of_configuration_space_can_be_nonsense(int offset)
    {
        await using var machine = NewMachine();
        await using PciFunction card = await machine.FunctionAsync(machine.Add(FaultPlan.Parse("garbled-configuration@1x8").Wrap(new EduDevice())));
        uint right = card.Config.Read32(offset);
        uint[] nonsense = [.. Enumerable.Range(0, 8).Select(_ => card.Config.Read32(offset))];
        Assert.True(nonsense.Count(value => value != right) > 4);
        Assert.Equal(right, card.Config.Read32(offset));
    }

    /// <summary>Bus mastering is one bit of a register that is read and written back: the nonsense goes back with it, but for the bit itself.</summary>
    [Fact]
    public async Task What_is_read_as_nonsense_and_written_back_is_wrong_in_the_machine_too()
    {
        await using var machine = NewMachine();
        await using PciFunction card = await machine.FunctionAsync(machine.Add(FaultPlan.Parse("garbled-configuration@0", seed: SeedOfZero()).Wrap(new EduDevice())));
        RegisterWindow registers = card.MapBar(0);
        card.BusMaster = true;
        Assert.True(card.BusMaster);
        Assert.Equal(4, card.Config.Read16(4));
        Assert.Equal(uint.MaxValue, registers.Read32(0));
        card.Config.Write16(4, 6);
        Assert.Equal(0x010000EDu, registers.Read32(0));

        // The first seed whose nonsense is zero.
        static int SeedOfZero() => Enumerable.Range(0, 100).First(seed => new Random(seed * 31).Next(4) == 1);
    }

    [Fact]
    public async Task A_vanished_device_has_no_configuration_space_either()
    {
        await using var machine = NewMachine();
        await using PciFunction card = await machine.FunctionAsync(machine.Add(FaultPlan.Parse("vanish@0").Wrap(new EduDevice())));
        Assert.Equal(0x1234, card.Config.Read16(0));
        card.MapBar(0).Read32(0);
        Assert.Equal((0xFFFF, 0xFF), (card.Config.Read16(0), card.Config.Read8(0x34)));
    }

    /// <summary>How long three requests of a sort wait, one after the other; the second is struck.</summary>
    private static async Task<(TimeSpan First, TimeSpan Struck, TimeSpan Last)> TimesAsync(string what, string text)
    {
        await using var machine = NewMachine();
        FaultPlan plan = FaultPlan.Parse(text, seed: 11);
        plan.Interpose(machine);
        await using PciFunction card = await machine.FunctionAsync(machine.Add(plan.Wrap(new EduDevice())));
        await using DmaAdapter adapter = card.CreateAdapter(new DmaConstraints { ScatterGather = what != "turn" });
        using BlockPool blocks = BlockPool.AllocateUpTo(adapter, 4096, 2, 2);
        using BufferHeap heap = BufferHeap.AllocateUpTo(adapter, 16 << 10, 16 << 10);
        using SystemBuffer system = machine.AllocateSystemBuffer(100);
        await using CommandPool<uint, uint> packets = CommandPool<uint, uint>.CreateUpTo(adapter, 2, 2);
        var times = new List<TimeSpan>();
        machine.Run(async () =>
        {
            for (int i = 0; i < 3; i++)
            {
                long start = machine.Clock.GetTimestamp();
                IDisposable taken = what switch
                {
                    "map registers" => await adapter.MapAsync(new byte[100], DmaDirection.ToDevice),
                    "turn" => await adapter.MapAsync(system.Memory(), DmaDirection.ToDevice),
                    "packet" => await packets.RentAsync(),
                    "block" => await blocks.RentAsync(),
                    _ => await heap.AllocateAsync(100),
                };
                times.Add(machine.Clock.GetElapsedTime(start));
                taken.Dispose();
            }
        });
        return (times[0], times[1], times[2]);
    }

    private sealed class PassOn(DeviceModel inner) : DeviceInterposer(inner);

    private static EmulatedPlatform NewMachine() => new(new() { MemoryBytes = 16 << 20, Stepped = true });
}
