using DmaKit.Drivers;
using DmaKit.Drivers.Tests;
using DmaKit.Platforms;
using DmaKit.Testing;

namespace DmaKit.Vfio.GuestTests;

/// <summary>What a device reaches through VFIO, and what not: told by memory, and by QEMU's own record of what its IOMMU refused.</summary>
public sealed class ReachTests
{
    private const int Bytes = 64;

    [Fact]
    public async Task Q1_A_write_to_an_address_that_was_never_mapped_changes_nothing()
    {
        await using VfioPlatform platform = Guest.Start(new(), Guest.Edu);
        await using EduHand hand = await EduHand.OpenAsync(platform);
        hand.Function.BusMaster = true;
        await using DmaAdapter dma = hand.Function.CreateAdapter(hand.Constraints);
        using CommonBuffer buffer = dma.AllocateCommonBuffer(4096);
        byte[] before = Pattern.Bytes(4096, 1);
        before.CopyTo(buffer.Span(0, 4096));
        var nowhere = new LogicalAddress(0x0010_0000);
        int refused = FaultTrace.Count(Guest.Edu, nowhere, Bytes, write: true);
        await hand.CopyAsync(buffer.LogicalAddress, nowhere, Bytes);
        Assert.Equal(before, buffer.Span(0, 4096).ToArray());
        Assert.True(FaultTrace.Count(Guest.Edu, nowhere, Bytes, write: true) > refused, "QEMU's IOMMU refused nothing");
        dma.DeclareQuiet();
    }

    [Fact]
    public async Task Q1_A_write_to_what_was_unmapped_a_moment_ago_changes_nothing()
    {
        await using VfioPlatform platform = Guest.Start(new(), Guest.Edu);
        await using EduHand hand = await EduHand.OpenAsync(platform);
        hand.Function.BusMaster = true;
        await using DmaAdapter dma = hand.Function.CreateAdapter(hand.Constraints);
        using CommonBuffer source = dma.AllocateCommonBuffer(4096);
        source.Span(0, Bytes).Fill(0x5A);
        CommonBuffer target = dma.AllocateCommonBuffer(4096);
        LogicalAddress there = target.LogicalAddress;

        // While it is mapped the device does reach it.
        await hand.CopyAsync(source.LogicalAddress, there, Bytes);
        Assert.Equal(0x5A, target.Read<byte>(Bytes - 1));
        Memory<byte> late = target.Memory(0, 4096);
        target.Dispose();
        late.Span.Fill(0x11);
        int refused = FaultTrace.Count(Guest.Edu, there, Bytes, write: true);
        await hand.CopyAsync(source.LogicalAddress, there, Bytes);
        Assert.False(late.Span.Contains((byte)0x5A), "the device wrote memory that was unmapped");
        Assert.True(FaultTrace.Count(Guest.Edu, there, Bytes, write: true) > refused, "QEMU's IOMMU refused nothing");
        Assert.True(dma.Domain.Quarantine.Bytes >= 4096, "the logical range was given back before the device was quiet");
        dma.DeclareQuiet();
    }

    [Fact]
    public async Task Q1_A_device_reaches_nothing_of_another_domain()
    {
        await using VfioPlatform platform = Guest.Start(new(), Guest.Edu, Guest.Card);
        await using EduHand hand = await EduHand.OpenAsync(platform);
        await using PciFunction card = await platform.OpenAsync(Guest.Card);
        hand.Function.BusMaster = true;
        Assert.NotSame(card.Domain, hand.Function.Domain);
        await using DmaAdapter mine = hand.Function.CreateAdapter(hand.Constraints), theirs = card.CreateAdapter(new DmaConstraints { AddressBits = 32 });
        using CommonBuffer secret = theirs.AllocateCommonBuffer(4096, new CommonBufferOptions { MaximumAddress = new LogicalAddress(0x00FF_FFFF) });
        secret.Span(0, 4096).Fill(0x5A);
        using CommonBuffer own = mine.AllocateCommonBuffer(4096);
        int refused = FaultTrace.Count(Guest.Edu, secret.LogicalAddress, Bytes, write: false);
        await hand.CopyAsync(secret.LogicalAddress, own.LogicalAddress, Bytes);
        Assert.False(own.Span(0, Bytes).Contains((byte)0x5A), "the device read another domain's memory");
        Assert.True(FaultTrace.Count(Guest.Edu, secret.LogicalAddress, Bytes, write: false) > refused, "QEMU's IOMMU refused nothing");
        mine.DeclareQuiet();
    }

    [Fact]
    public async Task Port_Functions_of_one_domain_share_memory_without_a_copy()
    {
        await using VfioPlatform platform = Guest.Start(new() { OneDomain = true }, Guest.Edu, Guest.Disks);
        await using EduHand hand = await EduHand.OpenAsync(platform);
        await using PciFunction disks = await platform.OpenAsync(Guest.Disks);
        Assert.Same(hand.Function.Domain, disks.Domain);
        hand.Function.BusMaster = true;
        await using DmaAdapter dma = hand.Function.CreateAdapter(hand.Constraints);
        using CommonBuffer shared = dma.AllocateCommonBuffer(8192);
        byte[] block = Pattern.Bytes(512, 9);
        await using (FusionMptDriver driver = await FusionMptDriver.StartAsync(disks))
        {
            ScsiDisk disk = await driver.OpenDiskAsync(1);
            await disk.WriteAsync(0, block);
            long bounced = disks.Domain.Mappings.BouncedBytes;

            // What one device wrote there the other copies from there.
            await disk.ReadAsync(0, shared.Memory(0, 512));
            Assert.Equal(bounced, disks.Domain.Mappings.BouncedBytes);
        }

        await hand.CopyAsync(shared.LogicalAddress, shared.LogicalAt(4096), 512);
        Assert.Equal(block, shared.Span(4096, 512).ToArray());
        dma.DeclareQuiet();
    }
}
