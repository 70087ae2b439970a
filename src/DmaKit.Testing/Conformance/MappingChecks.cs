using DmaKit.Platforms;

namespace DmaKit.Testing;

/// <summary>Mappings: whole and in part, captured and in place, completed once, never showing anybody else's bytes.</summary>
internal static class MappingChecks
{
    public static IEnumerable<ConformanceCheck> All =>
    [
        new(nameof(M2_ElementsCoverTheDataWithinTheConstraints), M2_ElementsCoverTheDataWithinTheConstraints),
        new(nameof(M2_APartialMapSaysWhatRemains), M2_APartialMapSaysWhatRemains),
        new(nameof(M2_AWaitForRegistersCanBeCancelled), M2_AWaitForRegistersCanBeCancelled),
        new(nameof(M3_ManagedDataIsCapturedWhenItIsMapped), M3_ManagedDataIsCapturedWhenItIsMapped),
        new(nameof(M3_DataInACommonBufferIsReachedWhereItLies), M3_DataInACommonBufferIsReachedWhereItLies),
        new(nameof(M4_WhatTheDeviceWroteIsThereAfterCompletion), M4_WhatTheDeviceWroteIsThereAfterCompletion),
        new(nameof(M4_AMappingIsCompletedOnce), M4_AMappingIsCompletedOnce),
        new(nameof(M4_AnAbandonedMappingCopiesNothingBack), M4_AnAbandonedMappingCopiesNothingBack),
        new(nameof(M4_RegistersOfAPostedMappingWaitForQuiet), M4_RegistersOfAPostedMappingWaitForQuiet),
        new(nameof(M7_ADeviceThatWroteLessThanItSaysGivesZeros), M7_ADeviceThatWroteLessThanItSaysGivesZeros),
        new(nameof(R1_RegistersOfAnyKindCarryTheDataAndLeadNowhereAfterwards), R1_RegistersOfAnyKindCarryTheDataAndLeadNowhereAfterwards),
        new(nameof(R2_ADeadlockIsFoundAndReported), R2_ADeadlockIsFoundAndReported),
        new(nameof(M3_ASystemBufferIsMappedAndKeptWhileTheDeviceHasIt), M3_ASystemBufferIsMappedAndKeptWhileTheDeviceHasIt),
    ];

    private static async Task M2_ElementsCoverTheDataWithinTheConstraints(DeviceHand hand)
    {
        hand.Function.BusMaster = true;
        foreach (DmaConstraints limits in (DmaConstraints[])
            [
                hand.Constraints,
                new() { AddressBits = 28, MaxElements = 8, MaxElementLength = 5000 },
                new() { AddressBits = 28, Boundary = 8192, MaxElements = 64 },
                new() { AddressBits = 28, MaxElementLength = 512, LengthGranularity = 256, ElementAlignment = 256 },
            ])
        {
            await using DmaAdapter dma = hand.Function.CreateAdapter(limits);
            using CommonBuffer common = dma.AllocateCommonBuffer(20_000);
            using SystemBuffer system = hand.Function.Platform.AllocateSystemBuffer(20_000);
            foreach (Memory<byte> data in (Memory<byte>[])[new byte[20_000], common.Memory(0, 20_000), system.Memory().Slice(1000, 15_000)])
            {
                PartialMapping part = await dma.MapUpToAsync(data, DmaDirection.Both).ConfigureAwait(false);
                CheckElements(part.Mapping, dma.Constraints);
                Expect.Equal(data.Length, part.Mapping.Length + part.Remaining, "mapped and remaining bytes");
                part.Mapping.Complete(0);
            }

            dma.DeclareQuiet();
        }
    }

    private static void CheckElements(DmaMapping mapping, DmaConstraints limits)
    {
        long sum = 0;
        Expect.True(mapping.Elements.Length <= limits.MaxElements, $"{mapping.Elements.Length} elements, {limits.MaxElements} allowed");
        for (int i = 0; i < mapping.Elements.Length; i++)
        {
            DmaElement element = mapping.Elements[i];
            var range = new LogicalRange(element.Address, element.Length);
            bool last = i == mapping.Elements.Length - 1;
            Expect.True(limits.Reaches(range), $"{element} is out of reach");
            Expect.True(element.Length is > 0 && element.Length <= limits.MaxElementLength, $"{element} has a wrong length");
            Expect.True(limits.Boundary == 0 || (range.Start.Value ^ range.Last.Value) < (ulong)limits.Boundary, $"{element} crosses a boundary");
            Expect.True(element.Address.IsAligned(limits.ElementAlignment), $"{element} is not aligned");
            Expect.True(last || element.Length % limits.LengthGranularity == 0, $"{element} is ragged");
            sum += element.Length;
        }

        Expect.Equal(mapping.Length, sum, "bytes in the elements");
    }

    private static async Task M2_APartialMapSaysWhatRemains(DeviceHand hand)
    {
        await using DmaAdapter dma = hand.Function.CreateAdapter(new DmaConstraints { AddressBits = 28, MaxTransferLength = 10_000 });
        byte[] data = new byte[25_000];
        await Expect.ThrowsAsync<DmaMappingException>(async () => await dma.MapAsync(data, DmaDirection.ToDevice).ConfigureAwait(false), "a map of more than a transfer").ConfigureAwait(false);
        int done = 0;
        int parts = 0;
        while (done < data.Length)
        {
            PartialMapping part = await dma.MapUpToAsync(data.AsMemory(done), DmaDirection.ToDevice, granularity: 512).ConfigureAwait(false);
            Expect.True(part.IsWhole || part.Mapping.Length % 512 == 0, $"a part of {part.Mapping.Length} bytes is not a multiple of 512");
            done += (int)part.Mapping.Length;
            Expect.Equal(data.Length - done, part.Remaining, "what remains");
            part.Mapping.Complete(part.Mapping.Length);
            parts++;
        }

        Expect.Equal(3, parts, "parts of 25,000 bytes at 10,000 a transfer");
    }

    private static async Task M2_AWaitForRegistersCanBeCancelled(DeviceHand hand)
    {
        await using DmaAdapter dma = hand.Function.CreateAdapter(hand.Constraints);
        byte[] page = new byte[4096];
        var held = new List<DmaMapping>();
        while (dma.TryMap(page, DmaDirection.ToDevice, out DmaMapping mapping)) held.Add(mapping);
        using var stop = new CancellationTokenSource();
        Task<DmaMapping> cancelled = dma.MapAsync(page, DmaDirection.ToDevice, stop.Token).AsTask();
        Task<DmaMapping> granted = dma.MapAsync(page, DmaDirection.ToDevice).AsTask();
        Expect.Equal(2, dma.Domain.MapRegisters.Waiting, "waiting mappings");
        await stop.CancelAsync().ConfigureAwait(false);
        await Expect.ThrowsAsync<OperationCanceledException>(() => cancelled, "a cancelled wait").ConfigureAwait(false);
        held[0].Dispose();
        (await granted.ConfigureAwait(false)).Dispose();
        for (int i = 1; i < held.Count; i++) held[i].Dispose();
        Expect.Equal(dma.Domain.MapRegisters.Capacity, dma.Domain.MapRegisters.Free, "free map registers at the end");
    }

    private static async Task M3_ManagedDataIsCapturedWhenItIsMapped(DeviceHand hand)
    {
        await using DmaAdapter dma = Start(hand);
        using CommonBuffer landing = dma.AllocateCommonBuffer(4096);
        byte[] data = Expect.Pattern(1000, seed: 3);
        byte[] before = [.. data];
        DmaMapping mapping = await dma.MapAsync(data, DmaDirection.ToDevice).ConfigureAwait(false);
        Array.Clear(data);
        await hand.CopyAsync(mapping.Elements[0].Address, landing.LogicalAddress, 1000).ConfigureAwait(false);
        Expect.SameBytes(before, landing.Span(0, 1000), "what the device read of managed data that was edited after mapping");
        mapping.Complete(1000);
        dma.DeclareQuiet();
    }

    private static async Task M3_DataInACommonBufferIsReachedWhereItLies(DeviceHand hand)
    {
        await using DmaAdapter dma = Start(hand);
        using CommonBuffer buffer = dma.AllocateCommonBuffer(8192);
        DmaMapping mapping = await dma.MapAsync(buffer.Memory(100, 1000), DmaDirection.ToDevice).ConfigureAwait(false);
        Expect.Equal(1, mapping.Elements.Length, "elements");
        Expect.Equal(buffer.LogicalAt(100), mapping.Elements[0].Address, "where the element is");
        Expect.Equal(0L, mapping.BouncedBytes, "bytes bounced");
        byte[] edited = Expect.Pattern(1000, seed: 5);
        edited.CopyTo(buffer.Span(100, 1000));
        await hand.CopyAsync(mapping.Elements[0].Address, buffer.LogicalAt(4096), 1000).ConfigureAwait(false);
        Expect.SameBytes(edited, buffer.Span(4096, 1000), "what the device read of data edited in place after mapping");
        mapping.Complete(1000);
        dma.DeclareQuiet();
    }

    private static async Task M4_WhatTheDeviceWroteIsThereAfterCompletion(DeviceHand hand)
    {
        await using DmaAdapter dma = Start(hand);
        using CommonBuffer source = dma.AllocateCommonBuffer(4096);
        byte[] pattern = Expect.Pattern(1000, seed: 6);
        pattern.CopyTo(source.Span(0, 1000));
        byte[] data = new byte[1000];
        Array.Fill(data, (byte)0xCC);
        DmaMapping mapping = await dma.MapAsync(data, DmaDirection.FromDevice).ConfigureAwait(false);
        await hand.CopyAsync(source.LogicalAddress, mapping.Elements[0].Address, 1000).ConfigureAwait(false);
        mapping.Complete(600);
        Expect.SameBytes(pattern.AsSpan(0, 600), data.AsSpan(0, 600), "the bytes that were completed");
        Expect.True(!data.AsSpan(600).ContainsAnyExcept((byte)0xCC), "bytes behind the completed length were changed");
        dma.DeclareQuiet();
    }

    private static async Task M4_AMappingIsCompletedOnce(DeviceHand hand)
    {
        await using DmaAdapter dma = hand.Function.CreateAdapter(hand.Constraints);
        byte[] data = new byte[100];
        DmaMapping mapping = await dma.MapAsync(data, DmaDirection.FromDevice).ConfigureAwait(false);
        Expect.Throws<ArgumentOutOfRangeException>(() => mapping.Complete(101), "more bytes than were mapped");
        mapping.Complete(100);
        mapping.Dispose();
        Expect.Throws<DmaMisuseException>(() => mapping.Complete(100), "a second completion");
        Expect.Throws<DmaMisuseException>(() => _ = mapping.Elements.Length, "elements after completion");
        DmaMapping next = await dma.MapAsync(data, DmaDirection.FromDevice).ConfigureAwait(false);
        Expect.Throws<DmaMisuseException>(() => mapping.Complete(100), "completion through the handle of an earlier mapping");
        next.Complete(0);
        Expect.Equal(dma.Domain.MapRegisters.Capacity, dma.Domain.MapRegisters.Free, "free map registers");
    }

    private static async Task M4_AnAbandonedMappingCopiesNothingBack(DeviceHand hand)
    {
        await using DmaAdapter dma = Start(hand);
        using CommonBuffer source = dma.AllocateCommonBuffer(4096);
        source.Span(0, 100).Fill(0x11);
        byte[] data = new byte[100];
        DmaMapping mapping = await dma.MapAsync(data, DmaDirection.FromDevice).ConfigureAwait(false);
        await hand.CopyAsync(source.LogicalAddress, mapping.Elements[0].Address, 100).ConfigureAwait(false);
        mapping.Dispose();
        Expect.True(!data.AsSpan().ContainsAnyExcept((byte)0), "an abandoned mapping was copied back");
        Expect.Equal(dma.Domain.MapRegisters.Capacity, dma.Domain.MapRegisters.Free, "free map registers");
        dma.DeclareQuiet();
    }

    private static async Task M4_RegistersOfAPostedMappingWaitForQuiet(DeviceHand hand)
    {
        await using DmaAdapter dma = Start(hand);
        DmaMapping mapping = await dma.MapAsync(new byte[100], DmaDirection.FromDevice).ConfigureAwait(false);
        int free = dma.Domain.MapRegisters.Free;
        mapping.MarkPosted();
        mapping.Dispose();
        Expect.Equal(free, dma.Domain.MapRegisters.Free, "free map registers while the device may still write one");
        Expect.Equal(1, dma.Domain.Quarantine.Entries.Count, "entries in quarantine");
        dma.DeclareQuiet();
        Expect.Equal(dma.Domain.MapRegisters.Capacity, dma.Domain.MapRegisters.Free, "free map registers after DeclareQuiet");
    }

    private static async Task M7_ADeviceThatWroteLessThanItSaysGivesZeros(DeviceHand hand)
    {
        await using DmaAdapter dma = Start(hand);
        byte[] secret = new byte[dma.Domain.MapRegisters.PageSize];
        Array.Fill(secret, (byte)0x53);
        var secrets = new List<DmaMapping>();
        while (dma.TryMap(secret, DmaDirection.ToDevice, out DmaMapping taken)) secrets.Add(taken);
        foreach (DmaMapping taken in secrets) taken.Complete(taken.Length);
        byte[] data = new byte[1000];
        DmaMapping mapping = await dma.MapAsync(data, DmaDirection.FromDevice).ConfigureAwait(false);
        mapping.Complete(1000);
        Expect.True(!data.AsSpan().ContainsAnyExcept((byte)0), "bytes of another request leaked through a map register");
        dma.DeclareQuiet();
    }

    private static async Task R1_RegistersOfAnyKindCarryTheDataAndLeadNowhereAfterwards(DeviceHand hand)
    {
        await using DmaAdapter dma = Start(hand);
        int page = dma.Domain.MapRegisters.PageSize;
        using CommonBuffer common = dma.AllocateCommonBuffer(2 * page);
        using SystemBuffer system = hand.Function.Platform.AllocateSystemBuffer(3 * page);
        byte[] pattern = Expect.Pattern(page, seed: 9);
        pattern.CopyTo(common.Span(0, page));

        // A whole page, parts of pages, and managed memory: however the platform brings the device to them.
        foreach (Memory<byte> data in (Memory<byte>[])[system.Memory(0, page), system.Memory(page + 100, page), new byte[page]])
        {
            DmaMapping mapping = await dma.MapAsync(data, DmaDirection.FromDevice).ConfigureAwait(false);
            LogicalAddress at = mapping.Elements[0].Address;
            int length = (int)Math.Min(mapping.Elements[0].Length, page);
            bool throughRegisters = mapping.MapRegisters > 0;
            await hand.CopyAsync(common.LogicalAddress, at, Math.Min(length, 2048)).ConfigureAwait(false);
            mapping.Complete(mapping.Length);
            Expect.SameBytes(pattern.AsSpan(0, Math.Min(length, 2048)), data.Span[..Math.Min(length, 2048)], "what the device wrote");
            if (!throughRegisters) continue;
            data.Span.Clear();
            await hand.CopyAsync(common.LogicalAddress, at, Math.Min(length, 2048)).ConfigureAwait(false);
            Expect.True(!data.Span.ContainsAnyExcept((byte)0), "the device reached the data after completion");
        }

        dma.DeclareQuiet();
        Expect.Equal(dma.Domain.MapRegisters.Capacity, dma.Domain.MapRegisters.Free, "free map registers");
    }

    private static async Task R2_ADeadlockIsFoundAndReported(DeviceHand hand)
    {
        await using DmaAdapter dma = hand.Function.CreateAdapter(hand.Constraints);
        byte[] page = new byte[dma.Domain.MapRegisters.PageSize];
        var one = new MappingOptions { Request = dma.Domain.CreateRequest("one") };
        var two = new MappingOptions { Request = dma.Domain.CreateRequest("two") };
        var held = new List<DmaMapping> { await dma.MapAsync(page, DmaDirection.ToDevice, one).ConfigureAwait(false) };
        while (dma.TryMap(page, DmaDirection.ToDevice, two, out DmaMapping mapping)) held.Add(mapping);
        Task<DmaMapping> waits = dma.MapAsync(page, DmaDirection.ToDevice, one).AsTask();
        await Expect.ThrowsAsync<DmaDeadlockException>(() => dma.MapAsync(page, DmaDirection.ToDevice, two).AsTask(), "a wait that can never end").ConfigureAwait(false);
        held[^1].Dispose();
        (await waits.ConfigureAwait(false)).Dispose();
        for (int i = 0; i < held.Count - 1; i++) held[i].Dispose();
        Expect.Equal(dma.Domain.MapRegisters.Capacity, dma.Domain.MapRegisters.Free, "free map registers at the end");
    }

    private static async Task M3_ASystemBufferIsMappedAndKeptWhileTheDeviceHasIt(DeviceHand hand)
    {
        await using DmaAdapter dma = Start(hand);
        using CommonBuffer source = dma.AllocateCommonBuffer(4096);
        byte[] pattern = Expect.Pattern(2000, seed: 8);
        pattern.CopyTo(source.Span(0, 2000));
        SystemBuffer system = hand.Function.Platform.AllocateSystemBuffer(8192);
        Memory<byte> data = system.Memory(1000, 2000);
        DmaMapping mapping = await dma.MapAsync(data, DmaDirection.FromDevice).ConfigureAwait(false);
        system.Dispose();
        Expect.Throws<ObjectDisposedException>(() => system.Memory(0, 1), "memory of a disposed buffer");
        await hand.CopyAsync(source.LogicalAddress, mapping.Elements[0].Address, (int)Math.Min(2000, mapping.Elements[0].Length)).ConfigureAwait(false);
        int length = (int)mapping.Elements[0].Length;
        bool direct = mapping.BouncedBytes == 0;
        if (direct) Expect.SameBytes(pattern.AsSpan(0, length), data.Span[..length], "what the device wrote into a system buffer");
        mapping.Complete(mapping.Length);
        dma.DeclareQuiet();
    }

    private static DmaAdapter Start(DeviceHand hand)
    {
        hand.Function.BusMaster = true;
        return hand.Function.CreateAdapter(hand.Constraints);
    }
}
