using DmaKit.Drivers.Tests;
using DmaKit.Testing;

namespace DmaKit.Vfio.GuestTests;

/// <summary>Map registers that lead to a request's own pages: what the device reaches by them, how, and for how long.</summary>
public sealed class PointingTests
{
    private const int Page = NativePages.PageBytes, Bytes = 64;

    [Fact]
    public async Task M4_Memory_that_is_no_platforms_is_reached_where_it_lies_and_not_after_completion()
    {
        await using VfioPlatform platform = Guest.Start(new() { PointFromPages = 1 }, Guest.Edu);
        await using EduHand hand = await EduHand.OpenAsync(platform);
        hand.Function.BusMaster = true;
        await using DmaAdapter dma = hand.Function.CreateAdapter(hand.Constraints);
        using CommonBuffer source = dma.AllocateCommonBuffer(Page);
        byte[] sent = Pattern.Bytes(Bytes, 5);
        sent.CopyTo(source.Span(0, Bytes));
        using var pages = new NativePages(4);

        // Three pages and a piece of one: one element to the device, of which only the piece is copied.
        DmaMapping mapping = await dma.MapAsync(pages.Memory[..(3 * Page + 100)], DmaDirection.FromDevice);
        Assert.Equal((1, 3L * Page, 100L, 1), (mapping.Elements.Length, mapping.DirectBytes, mapping.BouncedBytes, pages.Pins));
        LogicalAddress there = mapping.Elements[0].Address;
        await hand.CopyAsync(source.LogicalAddress, there + (2 * Page) + 10, Bytes);
        Assert.Equal(sent, pages.GetSpan().Slice(2 * Page + 10, Bytes).ToArray());
        await hand.CopyAsync(source.LogicalAddress, there + (3 * Page), Bytes);
        Assert.False(pages.GetSpan()[(3 * Page)..].ContainsAnyExcept((byte)0), "what is copied was there before completion");
        mapping.Complete(mapping.Length);
        Assert.Equal(sent, pages.GetSpan().Slice(3 * Page, Bytes).ToArray());
        Assert.Equal(0, pages.Pins);

        pages.GetSpan().Clear();
        int refused = FaultTrace.Count(Guest.Edu, there, Bytes, write: true);
        await hand.CopyAsync(source.LogicalAddress, there, Bytes);
        Assert.False(pages.GetSpan().ContainsAnyExcept((byte)0), "the device wrote memory that was unmapped");
        Assert.True(FaultTrace.Count(Guest.Edu, there, Bytes, write: true) > refused, "QEMU's IOMMU refused nothing");
        dma.DeclareQuiet();
    }

    [Theory]
    [InlineData(2 * Page)]
    [InlineData(2 * Page + 100)]
    public async Task M3_What_goes_to_the_device_can_only_be_read_by_it(int length)
    {
        await using VfioPlatform platform = Guest.Start(new() { PointFromPages = 1 }, Guest.Edu);
        await using EduHand hand = await EduHand.OpenAsync(platform);
        hand.Function.BusMaster = true;
        await using DmaAdapter dma = hand.Function.CreateAdapter(hand.Constraints);
        using CommonBuffer own = dma.AllocateCommonBuffer(Page);
        using var pages = new NativePages(3);
        byte[] before = Pattern.Bytes(3 * Page, 7);
        before.CopyTo(pages.GetSpan());
        DmaMapping mapping = await dma.MapAsync(pages.Memory[..length], DmaDirection.ToDevice);
        LogicalAddress last = mapping.Elements[0].Address + (length - Bytes);
        own.Span(0, Bytes).Fill(0x5A);

        // The write first: QEMU's IOMMU records no refusal of what it knows from reading, though it refuses that as well.
        int refused = FaultTrace.Count(Guest.Edu, last, Bytes, write: true);
        await hand.CopyAsync(own.LogicalAddress, last, Bytes);
        Assert.True(FaultTrace.Count(Guest.Edu, last, Bytes, write: true) > refused, "QEMU's IOMMU refused nothing");
        await hand.CopyAsync(last, own.LogicalAddress, Bytes);
        Assert.Equal(before.AsSpan(length - Bytes, Bytes), own.Span(0, Bytes));
        mapping.Complete(0);
        Assert.Equal(before, pages.GetSpan().ToArray());
        dma.DeclareQuiet();
    }

    [Fact]
    public async Task Q1_An_abandoned_mapping_is_the_devices_until_that_is_quiet()
    {
        await using VfioPlatform platform = Guest.Start(new() { PointFromPages = 1 }, Guest.Edu);
        await using EduHand hand = await EduHand.OpenAsync(platform);
        hand.Function.BusMaster = true;
        await using DmaAdapter dma = hand.Function.CreateAdapter(hand.Constraints);
        using CommonBuffer source = dma.AllocateCommonBuffer(Page);
        source.Span(0, Bytes).Fill(0x5A);
        using var pages = new NativePages(1);
        DmaMapping mapping = await dma.MapAsync(pages.Memory, DmaDirection.FromDevice);
        LogicalAddress there = mapping.Elements[0].Address;
        mapping.MarkPosted();
        mapping.Dispose();
        Assert.Equal(1, pages.Pins);
        await hand.CopyAsync(source.LogicalAddress, there, Bytes);
        Assert.Equal(0x5A, pages.GetSpan()[0]);
        dma.DeclareQuiet();
        Assert.Equal(0, pages.Pins);
        pages.GetSpan().Clear();
        await hand.CopyAsync(source.LogicalAddress, there, Bytes);
        Assert.Equal(0, pages.GetSpan()[0]);
        dma.DeclareQuiet();
    }

    [Fact]
    public async Task M1_From_where_on_pages_are_pointed_to_is_measured_unless_it_is_said()
    {
        await using (VfioPlatform measuring = Guest.Start(new(), Guest.Edu))
        {
            await using EduHand hand = await EduHand.OpenAsync(measuring);
            await using DmaAdapter dma = hand.Function.CreateAdapter(hand.Constraints);
            dma.Plan(new byte[Page], DmaDirection.ToDevice);
            var text = new StringWriter();
            dma.Domain.TakeSnapshot().WriteText(text);
            Assert.Matches("they lead to a request's own pages (never|from [0-9]+ side by side on), measured: pointing [0-9.]+ us", text.ToString());
            TestContext.Current.TestOutputHelper?.WriteLine(text.ToString());
        }

        await using VfioPlatform platform = Guest.Start(new() { PointFromPages = 3 }, Guest.Edu);
        await using EduHand other = await EduHand.OpenAsync(platform);
        await using DmaAdapter told = other.Function.CreateAdapter(other.Constraints);
        using var pages = new NativePages(3);
        Assert.Equal((0L, 3L * Page), Split(told.Plan(pages.Memory, DmaDirection.ToDevice)));
        Assert.Equal((2L * Page, 0L), Split(told.Plan(pages.Memory[..(2 * Page)], DmaDirection.ToDevice)));
        Assert.Equal(0, pages.Pins);

        static (long Bounced, long Direct) Split(TransferPlan plan) => (plan.BouncedBytes, plan.DirectBytes);
    }
}
