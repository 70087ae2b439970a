using DmaKit.Devices;
using DmaKit.Emulation;
using DmaKit.Platforms;

namespace DmaKit.Drivers.Tests;

/// <summary>Chains that the mailbox device does not take as they are, end to end.</summary>
public sealed class MailboxChainTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task K1_ADeviceWithFiveFragmentsGetsSix(bool iommu)
    {
        await RunAsync(new MailboxOptions(), iommu, async (machine, mailbox) =>
        {
            using SystemBuffer memory = machine.AllocateSystemBuffer(64 << 10);
            using BufferChain chain = BufferChain.Rent();
            int[] lengths = [500, 80, 900, 60, 70, 1200];
            Fill(memory, chain, lengths, first: 0);

            // The two cheapest neighbours are copied, and nothing else.
            await RoundTripAsync(mailbox, memory, chain, copied: 130);
            Assert.Equal((2, 2, 0), (mailbox.Coalescing.Coalesced, mailbox.Coalescing.ForCount, mailbox.Coalescing.ForAlignment));
            Assert.Equal(2, mailbox.Coalescing.Offered);
        });
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task K1_ADeviceThatNeedsPageAlignedFragmentsGetsAChain(bool iommu)
    {
        await RunAsync(new MailboxOptions { NeedsPageAligned = true }, iommu, async (machine, mailbox) =>
        {
            using SystemBuffer memory = machine.AllocateSystemBuffer(64 << 10);
            using BufferChain chain = BufferChain.Rent();

            // Fragments start 100 bytes into a page; the one that is longer than the rest of it is copied up to the next page only.
            Fill(memory, chain, [300, 5000, 77], first: 100);
            await RoundTripAsync(mailbox, memory, chain, copied: 300 + 3996 + 77);
            Assert.Equal((2, 2), (mailbox.Coalescing.Coalesced, mailbox.Coalescing.ForAlignment));
            Assert.Equal(2, mailbox.Coalescing.Offered);
        });
    }

    [Fact]
    public async Task M2_AChainThatDoesNotFitOnePacketTakesSeveral()
    {
        await RunAsync(new MailboxOptions(), iommu: false, async (machine, mailbox) =>
        {
            byte[][] parts = [.. Enumerable.Range(0, 60).Select(i => Pattern.Bytes(1 + (i * 613 % 3000), i))];
            using BufferChain chain = BufferChain.Rent();
            foreach (byte[] part in parts) chain.Add(part.AsMemory());
            byte[] expected = [.. parts.SelectMany(p => p)];
            await mailbox.WriteAsync(5, chain);
            foreach (byte[] part in parts) part.AsSpan().Clear();
            await mailbox.ReadAsync(5, chain);
            Assert.Equal(expected, parts.SelectMany(p => p));
        });
    }

    private static async Task RoundTripAsync(MailboxDriver mailbox, SystemBuffer memory, BufferChain chain, long copied)
    {
        byte[] before = memory.Memory().ToArray();
        await mailbox.WriteAsync(4321, chain);
        Assert.Equal(copied, mailbox.Coalescing.Bytes);
        memory.Memory().Span.Clear();
        await mailbox.ReadAsync(4321, chain);
        Assert.Equal(2 * copied, mailbox.Coalescing.Bytes);
        Assert.True(before.AsSpan().SequenceEqual(memory.Memory().Span), "other bytes came back");
    }

    /// <summary>Fragments a page and more apart, with bytes that tell them from each other, and zeros between them.</summary>
    private static void Fill(SystemBuffer memory, BufferChain chain, int[] lengths, int first)
    {
        int at = first;
        for (int i = 0; i < lengths.Length; i++)
        {
            Memory<byte> part = memory.Memory(at, lengths[i]);
            Pattern.Bytes(lengths[i], i).CopyTo(part);
            chain.Add(part);
            at += (lengths[i] + 4095) / 4096 * 4096;
        }
    }

    private static async Task RunAsync(MailboxOptions options, bool iommu, Func<EmulatedPlatform, MailboxDriver, Task> work)
    {
        await using var machine = new EmulatedPlatform(new EmulatedPlatformOptions { MemoryBytes = 64 << 20, Stepped = true, Iommu = iommu });
        machine.Run(async () =>
        {
            await using PciFunction function = await machine.OpenAsync(machine.Add(new MailboxDevice(options)));
            await using MailboxDriver mailbox = MailboxDriver.Start(function, packets: 8);
            await work(machine, mailbox);
        });
        Assert.Empty(machine.Misuse.Reports);
    }
}
