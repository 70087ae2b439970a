namespace DmaKit.Testing;

/// <summary>Common buffers: contiguous, in reach, coherent, free of map registers, scarce, zeroed.</summary>
internal static class CommonBufferChecks
{
    public static IEnumerable<ConformanceCheck> All =>
    [
        new(nameof(CB1_ABufferIsContiguousToTheDevice), CB1_ABufferIsContiguousToTheDevice),
        new(nameof(CB2_ABufferIsInReachAlignedAndWithinItsBoundary), CB2_ABufferIsInReachAlignedAndWithinItsBoundary),
        new(nameof(CB3_BothSidesSeeEachOthersStores), CB3_BothSidesSeeEachOthersStores),
        new(nameof(CB4_ABufferNeedsNoMapRegister), CB4_ABufferNeedsNoMapRegister),
        new(nameof(CB5_NoAllocationInCallbackContext), CB5_NoAllocationInCallbackContext),
        new(nameof(CB6_FailureSaysWhatCouldBeHad), CB6_FailureSaysWhatCouldBeHad),
        new(nameof(CB6_AVectorTakesWhatThereIs), CB6_AVectorTakesWhatThereIs),
        new(nameof(CB7_ABufferIsZeroedWhenHandedOut), CB7_ABufferIsZeroedWhenHandedOut),
        new(nameof(CB8_WindowsAreCheckedAtBothEnds), CB8_WindowsAreCheckedAtBothEnds),
        new(nameof(CB9_AfterDisposalMembersThrowAndOldSpansAreHarmless), CB9_AfterDisposalMembersThrowAndOldSpansAreHarmless),
    ];

    private static async Task CB1_ABufferIsContiguousToTheDevice(DeviceHand hand)
    {
        await using DmaAdapter dma = Start(hand);
        using CommonBuffer buffer = dma.AllocateCommonBuffer(5 * 4096);
        for (long offset = 0; offset < buffer.Length; offset += 777)
            Expect.Equal(buffer.LogicalAddress + offset, buffer.LogicalAt(offset), $"logical address at {offset}");

        // Across pages the device must find the bytes where plain addition says that they are.
        byte[] pattern = Expect.Pattern(3000, seed: 1);
        pattern.CopyTo(buffer.Span(3000, 3000));
        await hand.CopyAsync(buffer.LogicalAddress + 3000, buffer.LogicalAddress + 11000, 3000).ConfigureAwait(false);
        Expect.SameBytes(pattern, buffer.Span(11000, 3000), "what the device copied across pages");
        dma.DeclareQuiet();
    }

    private static async Task CB2_ABufferIsInReachAlignedAndWithinItsBoundary(DeviceHand hand)
    {
        await using DmaAdapter dma = Start(hand);
        foreach ((long length, long alignment, long boundary) in ((long, long, long)[])[(1, 1, 0), (100, 8192, 0), (4096, 65536, 65536), (12288, 4096, 16384), (65536, 65536, 65536)])
        {
            var wishes = new CommonBufferOptions { Alignment = alignment, Boundary = boundary, Name = $"{length}/{alignment}/{boundary}" };
            using CommonBuffer buffer = dma.AllocateCommonBuffer(length, wishes);
            Expect.True(buffer.LogicalAddress.IsAligned(alignment), $"{buffer.Name} at {buffer.LogicalAddress} is not aligned");
            Expect.True(dma.Constraints.Reaches(buffer.Range), $"{buffer.Name} at {buffer.Range} is out of reach");
            Expect.True(
                boundary == 0 || (buffer.Range.Start.Value ^ buffer.Range.Last.Value) < (ulong)boundary,
                $"{buffer.Name} at {buffer.Range} crosses its boundary");
        }

        var below = new CommonBufferOptions { MaximumAddress = new LogicalAddress(0x00FF_FFFF) };
        if (dma.TryAllocateCommonBuffer(4096, below, out CommonBuffer? low))
        {
            using (low) Expect.True(low.Range.Last <= below.MaximumAddress, $"{low.Range} lies above the maximum that was asked for");
        }
        else
        {
            // Without an IOMMU the machine's first 16 MiB may all be somebody's.
            Expect.True(!hand.Function.Domain.Translates, $"an address space had no page up to {below.MaximumAddress}");
        }

        dma.DeclareQuiet();
    }

    private static async Task CB3_BothSidesSeeEachOthersStores(DeviceHand hand)
    {
        await using DmaAdapter dma = Start(hand);
        using CommonBuffer buffer = dma.AllocateCommonBuffer(8192);
        for (int round = 1; round <= 8; round++)
        {
            byte[] pattern = Expect.Pattern(512, round);
            pattern.CopyTo(buffer.Span(0, 512));
            await hand.CopyAsync(buffer.LogicalAddress, buffer.LogicalAt(4096), 512).ConfigureAwait(false);
            Expect.SameBytes(pattern, buffer.Span(4096, 512), $"round {round}");
        }

        dma.DeclareQuiet();
    }

    private static async Task CB4_ABufferNeedsNoMapRegister(DeviceHand hand)
    {
        await using DmaAdapter dma = Start(hand);
        using CommonBuffer buffer = dma.AllocateCommonBuffer(8192);
        var held = new List<DmaMapping>();
        byte[] page = new byte[4096];
        while (dma.TryMap(page, DmaDirection.ToDevice, out DmaMapping mapping)) held.Add(mapping);
        Expect.Equal(0, dma.Domain.MapRegisters.Free, "free map registers while all are held");
        byte[] pattern = Expect.Pattern(1000, seed: 4);
        pattern.CopyTo(buffer.Span(0, 1000));
        await hand.CopyAsync(buffer.LogicalAddress, buffer.LogicalAt(4096), 1000).ConfigureAwait(false);
        Expect.SameBytes(pattern, buffer.Span(4096, 1000), "what the device copied while every map register was held");
        using CommonBuffer another = dma.AllocateCommonBuffer(4096);
        foreach (DmaMapping mapping in held) mapping.Dispose();
        dma.DeclareQuiet();
    }

    private static async Task CB5_NoAllocationInCallbackContext(DeviceHand hand)
    {
        DmaAdapter dma = Start(hand);
        await using (dma.ConfigureAwait(false))
        {
            var thrown = new TaskCompletionSource<Exception?>(TaskCreationOptions.RunContinuationsAsynchronously);
            await using InterruptHold hold = new(hand.Function.Interrupts[0].Handle((in CallbackContext _) =>
            {
                if (!hand.AcknowledgeInterrupt()) return false;
                try
                {
                    dma.AllocateCommonBuffer(4096).Dispose();
                    thrown.TrySetResult(null);
                }
                catch (DmaMisuseException e)
                {
                    thrown.TrySetResult(e);
                }

                return true;
            }));
            hand.RaiseInterrupt();
            Exception? error = await thrown.Task.ConfigureAwait(false);
            Expect.True(error is not null, "a common buffer was allocated in callback context");
            Expect.True(error!.Message.Contains("take blocks or heap pieces", StringComparison.Ordinal), $"the text does not say what to do instead: {error.Message}");
        }
    }

    private static async Task CB6_FailureSaysWhatCouldBeHad(DeviceHand hand)
    {
        await using DmaAdapter dma = Start(hand);
        long largest = dma.LargestCommonBuffer();
        Expect.True(largest > 0, "no common buffer at all can be had");
        DmaResourceException error = Expect.Throws<DmaResourceException>(() => dma.AllocateCommonBuffer(1L << 40), "a buffer of 1 TiB");
        Expect.Equal(1L << 40, error.Requested, "what was asked");
        Expect.Equal(largest, error.LargestAvailable, "the largest that could be had");
        Expect.True(!dma.TryAllocateCommonBuffer(1L << 40, null, out _), "a buffer of 1 TiB was given");
        using CommonBuffer scaled = dma.AllocateCommonBufferUpTo(Math.Min(1L << 40, largest * 2), 4096);
        Expect.Equal(largest, scaled.Length, "the length of what AllocateCommonBufferUpTo gave");
        dma.DeclareQuiet();
    }

    private static async Task CB6_AVectorTakesWhatThereIs(DeviceHand hand)
    {
        await using DmaAdapter dma = Start(hand);
        using CommonBufferVector vector = dma.AllocateCommonBufferVector(3000, preferred: 20, minimum: 1, new CommonBufferOptions { Boundary = 4096 });
        Expect.True(vector.Count is >= 1 and <= 20, $"{vector.Count} pieces");
        for (int i = 0; i < vector.Count; i++)
        {
            LogicalRange range = vector[i].Range;
            Expect.True((range.Start.Value ^ range.Last.Value) < 4096, $"piece {i} at {range} crosses its boundary");
            for (int k = 0; k < i; k++) Expect.True(!range.Overlaps(vector[k].Range), $"pieces {k} and {i} overlap");
        }

        dma.DeclareQuiet();
    }

    private static async Task CB7_ABufferIsZeroedWhenHandedOut(DeviceHand hand)
    {
        await using DmaAdapter dma = Start(hand);
        for (int round = 0; round < 4; round++)
        {
            using CommonBuffer buffer = dma.AllocateCommonBuffer(64 * 1024);
            Expect.True(!buffer.Span(0, (int)buffer.Length).ContainsAnyExcept((byte)0), $"round {round}: the buffer is not zeroed");
            buffer.Span(0, (int)buffer.Length).Fill(0xEE);
            dma.DeclareQuiet();
        }
    }

    private static async Task CB8_WindowsAreCheckedAtBothEnds(DeviceHand hand)
    {
        await using DmaAdapter dma = Start(hand);
        using CommonBuffer buffer = dma.AllocateCommonBuffer(100);
        Expect.Equal(100L, buffer.Length, "the length is what was asked, not the page");
        Expect.Throws<ArgumentOutOfRangeException>(() => buffer.Span(1, 100), "a span past the end");
        Expect.Throws<ArgumentOutOfRangeException>(() => buffer.Span(-1, 1), "a span before the start");
        Expect.Throws<ArgumentOutOfRangeException>(() => buffer.Span(0, -1), "a negative length");
        Expect.Throws<ArgumentOutOfRangeException>(() => buffer.Read<long>(93), "a read across the end");
        Expect.Throws<ArgumentOutOfRangeException>(() => buffer.Write(long.MaxValue, 1), "a write at 2^63 - 1");
        Expect.Throws<ArgumentOutOfRangeException>(() => buffer.LogicalAt(100), "the address behind the end");
        buffer.Write(92, 0x1122_3344_5566_7788);
        Expect.Equal(0x1122_3344_5566_7788, buffer.Read<long>(92), "the last word");
        buffer.Ref<int>(3) = 42;
        Expect.Equal(42, buffer.Read<int>(3), "an unaligned word");
        Expect.Equal(100, buffer.Memory(0, 100).Length, "the length of memory over it");
        dma.DeclareQuiet();
    }

    private static async Task CB9_AfterDisposalMembersThrowAndOldSpansAreHarmless(DeviceHand hand)
    {
        await using DmaAdapter dma = Start(hand);
        CommonBuffer buffer = dma.AllocateCommonBuffer(8192);
        Memory<byte> kept = buffer.Memory(0, 8192);
        buffer.Dispose();
        buffer.Dispose();
        Expect.Throws<ObjectDisposedException>(() => buffer.Span(0, 1), "a span after disposal");
        Expect.Throws<ObjectDisposedException>(() => buffer.Read<int>(0), "a read after disposal");
        Expect.Throws<ObjectDisposedException>(() => buffer.LogicalAt(0), "an address after disposal");
        kept.Span[4095]++;
        dma.DeclareQuiet();
        kept.Span[4096]++;
        Expect.Equal(0, hand.Function.Platform.Misuse.Reports.Count, "misuse reports");
    }

    private static DmaAdapter Start(DeviceHand hand)
    {
        hand.Function.BusMaster = true;
        return hand.Function.CreateAdapter(hand.Constraints);
    }

    /// <summary>Disposes a registration at the end of a block.</summary>
    private sealed class InterruptHold(Platforms.InterruptRegistration registration) : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => registration.DisposeAsync();
    }
}
