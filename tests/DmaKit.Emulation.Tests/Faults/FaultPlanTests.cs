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

    private static EmulatedPlatform NewMachine() => new(new() { MemoryBytes = 16 << 20, Stepped = true });
}
