namespace DmaKit.Testing;

/// <summary>Quiet and quarantine: memory that a device was told about goes back only when the device is known not to touch it.</summary>
internal static class QuietChecks
{
    public static IEnumerable<ConformanceCheck> All =>
    [
        new(nameof(Q1_MemoryOfADeviceThatWasToldNothingGoesBackAtOnce), Q1_MemoryOfADeviceThatWasToldNothingGoesBackAtOnce),
        new(nameof(Q1_MemoryThatADeviceWasToldOfWaitsForQuiet), Q1_MemoryThatADeviceWasToldOfWaitsForQuiet),
        new(nameof(Q1_ABufferDeclaredQuietGoesBackAtOnce), Q1_ABufferDeclaredQuietGoesBackAtOnce),
        new(nameof(Q1_BusMasteringOffIsNotProof), Q1_BusMasteringOffIsNotProof),
        new(nameof(Q1_AResetOfTheFunctionIsProof), Q1_AResetOfTheFunctionIsProof),
        new(nameof(Q1_ALogicalRangeIsNotReusedBeforeQuiet), Q1_ALogicalRangeIsNotReusedBeforeQuiet),
        new(nameof(Q2_QuarantineSaysWhatWhySinceWhenAndWhatFreesIt), Q2_QuarantineSaysWhatWhySinceWhenAndWhatFreesIt),
    ];

    private static async Task Q1_MemoryOfADeviceThatWasToldNothingGoesBackAtOnce(DeviceHand hand)
    {
        await using DmaAdapter dma = hand.Function.CreateAdapter(hand.Constraints);
        dma.DeclareQuiet();
        dma.AllocateCommonBuffer(4096).Dispose();
        Expect.Equal(0L, dma.Domain.Quarantine.Bytes, "bytes in quarantine");
    }

    private static async Task Q1_MemoryThatADeviceWasToldOfWaitsForQuiet(DeviceHand hand)
    {
        await using DmaAdapter dma = hand.Function.CreateAdapter(hand.Constraints);
        CommonBuffer buffer = dma.AllocateCommonBuffer(4096);
        Tell(hand);
        buffer.Dispose();
        Expect.True(dma.Domain.Quarantine.Bytes >= 4096, "the buffer is not in quarantine");
        dma.DeclareQuiet();
        Expect.Equal(0L, dma.Domain.Quarantine.Bytes, "bytes in quarantine after DeclareQuiet");
    }

    private static async Task Q1_ABufferDeclaredQuietGoesBackAtOnce(DeviceHand hand)
    {
        await using DmaAdapter dma = hand.Function.CreateAdapter(hand.Constraints);
        CommonBuffer buffer = dma.AllocateCommonBuffer(4096);
        Tell(hand);
        buffer.DeclareQuiet();
        buffer.Dispose();
        Expect.Equal(0L, dma.Domain.Quarantine.Bytes, "bytes in quarantine");
        dma.DeclareQuiet();
    }

    private static async Task Q1_BusMasteringOffIsNotProof(DeviceHand hand)
    {
        await using DmaAdapter dma = hand.Function.CreateAdapter(hand.Constraints);
        hand.Function.BusMaster = true;
        CommonBuffer buffer = dma.AllocateCommonBuffer(4096);
        Tell(hand);
        hand.Function.BusMaster = false;
        buffer.Dispose();
        Expect.True(dma.Domain.Quarantine.Bytes >= 4096, "the buffer is not in quarantine");
        dma.DeclareQuiet();
    }

    private static async Task Q1_AResetOfTheFunctionIsProof(DeviceHand hand)
    {
        await using DmaAdapter dma = hand.Function.CreateAdapter(hand.Constraints);
        CommonBuffer buffer = dma.AllocateCommonBuffer(4096);
        Tell(hand);
        buffer.Dispose();
        if (hand.Function.CanReset) await hand.Function.ResetAsync().ConfigureAwait(false);
        else
        {
            await Expect.ThrowsAsync<NotSupportedException>(async () => await hand.Function.ResetAsync().ConfigureAwait(false), "a reset that the function has not").ConfigureAwait(false);
            Expect.True(dma.Domain.Quarantine.Bytes >= 4096, "a refused reset emptied the quarantine");
            dma.DeclareQuiet();
        }

        Expect.Equal(0L, dma.Domain.Quarantine.Bytes, "bytes in quarantine after the reset");
    }

    private static async Task Q1_ALogicalRangeIsNotReusedBeforeQuiet(DeviceHand hand)
    {
        await using DmaAdapter dma = hand.Function.CreateAdapter(hand.Constraints);
        var told = new List<LogicalRange>();
        for (int i = 0; i < 8; i++)
        {
            CommonBuffer buffer = dma.AllocateCommonBuffer(4096);
            Tell(hand);
            foreach (LogicalRange old in told)
                Expect.True(!old.Overlaps(buffer.Range), $"{buffer.Range} was reused while the device may still write it");
            told.Add(buffer.Range);
            buffer.Dispose();
        }

        dma.DeclareQuiet();
    }

    private static async Task Q2_QuarantineSaysWhatWhySinceWhenAndWhatFreesIt(DeviceHand hand)
    {
        await using DmaAdapter dma = hand.Function.CreateAdapter(hand.Constraints);
        CommonBuffer buffer = dma.AllocateCommonBuffer(4096, new CommonBufferOptions { Name = "rx ring" });
        Tell(hand);
        buffer.Dispose();
        IReadOnlyList<QuarantineEntry> entries = dma.Domain.Quarantine.Entries;
        Expect.Equal(1, entries.Count, "entries in quarantine");
        Expect.True(entries[0].What.Contains("rx ring", StringComparison.Ordinal), $"what is kept: {entries[0].What}");
        Expect.Equal(hand.Function.Info.Address, entries[0].Device, "whose device");
        Expect.True(entries[0].FreedBy.Contains("DeclareQuiet", StringComparison.Ordinal), $"what frees it: {entries[0].FreedBy}");
        Expect.True(entries[0].Since <= hand.Function.Platform.Clock.GetUtcNow(), "since when");
        dma.DeclareQuiet();
    }

    /// <summary>Any register write may tell the device of any memory.</summary>
    private static void Tell(DeviceHand hand)
    {
        hand.RaiseInterrupt();
        hand.AcknowledgeInterrupt();
    }
}
