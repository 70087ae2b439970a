using DmaKit.Emulation;
using DmaKit.Platforms;

namespace DmaKit.Tests;

/// <summary>Transfers in stages, as large as the device likes and no larger than its limits.</summary>
public sealed class DmaTransactionTests : IAsyncDisposable
{
    private readonly EmulatedPlatform _machine = new(new() { MemoryBytes = 64 << 20, MapRegisters = 4, Stepped = true });
    private readonly ProbeDevice _device = new();
    private readonly PciFunction _function;
    private readonly DmaAdapter _dma;

    public DmaTransactionTests()
    {
        _function = _machine.OpenAsync(_machine.Add(_device)).AsTask().GetAwaiter().GetResult();
        _function.BusMaster = true;
        _dma = _function.CreateAdapter(new DmaConstraints { AddressBits = 28 });
    }

    public async ValueTask DisposeAsync()
    {
        _dma.DeclareQuiet();
        await _function.DisposeAsync();
        await _machine.DisposeAsync();
    }

    [Fact]
    public async Task M2_ATransferThatIsLargerThanTheRegistersGoesInStages()
    {
        byte[] data = new byte[50_000];
        Random.Shared.NextBytes(data);
        byte[] seen = new byte[data.Length];
        using DmaTransaction transfer = _dma.CreateTransaction(new DmaTransactionOptions { Granularity = 512 });
        transfer.Begin(data, DmaDirection.ToDevice);
        do
        {
            DmaMapping stage = await transfer.StageAsync();
            Assert.InRange(stage.Length, 1, 4 * 4096);
            Assert.True(stage.Length % 512 == 0 || stage.Length == transfer.Remaining);
            Fetch(stage, seen.AsSpan((int)transfer.Transferred));
        }
        while (!transfer.Complete());
        Assert.Equal(data, seen);
        Assert.Equal((4, 50_000L, DmaTransactionState.Done), (transfer.Stages, transfer.Transferred, transfer.State));
        Assert.Equal(4, _dma.Domain.MapRegisters.Free);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task M2_WhatTheDeviceDidNotTransferIsPlannedAnew(int seed)
    {
        var random = new Random(seed);
        byte[] expected = new byte[60_000];
        random.NextBytes(expected);
        byte[] data = new byte[expected.Length];
        using DmaTransaction transfer = _dma.CreateTransaction(new DmaTransactionOptions { MaximumLength = 9000 });
        for (int round = 0; round < 5; round++)
        {
            Array.Clear(data);
            transfer.Begin(data, DmaDirection.FromDevice);
            bool done = false;
            while (!done)
            {
                DmaMapping stage = await transfer.StageAsync();
                Assert.True(stage.Length <= 9000);
                int did = random.Next(0, (int)stage.Length + 1);
                Store(stage, expected.AsSpan((int)transfer.Transferred, did));
                done = transfer.Complete(did);
            }

            Assert.Equal(expected, data);
        }
    }

    [Fact]
    public async Task M2_AShortEndIsFinal()
    {
        byte[] data = new byte[40_000];
        using DmaTransaction transfer = _dma.CreateTransaction();
        transfer.Begin(data, DmaDirection.FromDevice);
        DmaMapping stage = await transfer.StageAsync();
        Store(stage, Enumerable.Repeat((byte)7, 100).ToArray());
        transfer.CompleteFinal(100);
        Assert.Equal((100L, 39_900L, DmaTransactionState.Done), (transfer.Transferred, transfer.Remaining, transfer.State));
        Assert.Equal(100, data.Count(b => b == 7));
        transfer.Begin(data, DmaDirection.FromDevice);
        Assert.Equal((0L, DmaTransactionState.Begun), (transfer.Transferred, transfer.State));
    }

    [Fact]
    public async Task M2_AWaitForAStageCanBeCancelledAndTakenUpAgain()
    {
        Assert.True(_dma.TryMap(new byte[4 * 4096], DmaDirection.ToDevice, out DmaMapping held));
        using DmaTransaction transfer = _dma.CreateTransaction();
        transfer.Begin(new byte[10_000], DmaDirection.ToDevice);
        using var stop = new CancellationTokenSource();
        Task<DmaMapping> wait = transfer.StageAsync(stop.Token).AsTask();
        Assert.Equal(DmaTransactionState.Staging, transfer.State);
        await stop.CancelAsync();
        _machine.RunUntilIdle();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wait);
        Assert.Equal(DmaTransactionState.Begun, transfer.State);
        held.Complete(0);
        await transfer.StageAsync();
        Assert.True(transfer.Complete());
    }

    [Fact]
    public async Task E1_StepsOutOfOrderAreRefused()
    {
        using DmaTransaction transfer = _dma.CreateTransaction();
        await Assert.ThrowsAsync<DmaMisuseException>(async () => await transfer.StageAsync());
        Assert.Throws<DmaMisuseException>(() => transfer.Complete(0));
        Assert.Throws<ArgumentException>(() => transfer.Begin(Memory<byte>.Empty, DmaDirection.ToDevice));
        transfer.Begin(new byte[100], DmaDirection.ToDevice);
        Assert.Throws<DmaMisuseException>(() => transfer.Begin(new byte[100], DmaDirection.ToDevice));
        await transfer.StageAsync();
        Assert.Throws<ArgumentOutOfRangeException>(() => transfer.Complete(101));
        await Assert.ThrowsAsync<DmaMisuseException>(async () => await transfer.StageAsync());
        Assert.True(transfer.Complete(100));
    }

    [Fact]
    public async Task C4_AStageThatWasPostedIsCompleteWhenItsCommandIs()
    {
        await using var commands = CommandPool<TestPacket, int>.CreateUpTo(_dma, 2, 2);
        RegisterWindow registers = _function.MapBar(0);
        using DmaTransaction transfer = _dma.CreateTransaction();
        transfer.Begin(new byte[30_000], DmaDirection.FromDevice);
        bool done = false;
        while (!done)
        {
            DmaMapping stage = await transfer.StageAsync();
            Assert.True(commands.TryRent(out Command<TestPacket, int> command));
            CommandTag tag = command.Tag;
            ValueTask<CommandOutcome<int>> posted = command.PostAsync(stage, registers, 0, Timeout.InfiniteTimeSpan);
            Assert.Throws<DmaMisuseException>(() => transfer.Complete(0));
            commands.Complete(tag, 0, 5000);
            _machine.RunUntilIdle();
            done = transfer.Complete((await posted).Bytes);
        }

        Assert.Equal(6, transfer.Stages);
    }

    [Fact]
    public async Task C4_AMappingThatWasPostedIsNotTheCallersToComplete()
    {
        await using var commands = CommandPool<TestPacket, int>.CreateUpTo(_dma, 2, 2);
        RegisterWindow registers = _function.MapBar(0);
        Assert.True(_dma.TryMap(new byte[100], DmaDirection.FromDevice, out DmaMapping mapping));
        Assert.True(commands.TryRent(out Command<TestPacket, int> command));
        Assert.True(commands.TryRent(out Command<TestPacket, int> other));
        CommandTag tag = command.Tag;
        ValueTask<CommandOutcome<int>> posted = command.PostAsync(mapping, registers, 0, Timeout.InfiniteTimeSpan);
        Assert.Contains("posted with a command", Assert.Throws<DmaMisuseException>(() => mapping.Complete(100)).Message, StringComparison.Ordinal);
        Assert.Contains("posted with a command", Assert.Throws<DmaMisuseException>(() => _ = mapping.Elements.Length).Message, StringComparison.Ordinal);
        Assert.Throws<DmaMisuseException>(() => { _ = other.PostAsync(mapping, registers, 0, Timeout.InfiniteTimeSpan); });
        mapping.Dispose();
        Assert.Equal(3, _dma.Domain.MapRegisters.Free);
        commands.Complete(tag, 0, 100);
        _machine.RunUntilIdle();
        Assert.Equal(CommandStatus.Completed, (await posted).Status);
        Assert.Equal(4, _dma.Domain.MapRegisters.Free);
        Assert.Equal(other.Tag, other.Tag);
        other.Dispose();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task M2_TheMaximumTransferLengthIsAlwaysMapped(int seed)
    {
        var random = new Random(seed);
        await using var machine = new EmulatedPlatform(new()
        {
            MemoryBytes = 96 << 20,
            LowMemoryBytes = 32 << 20,
            SystemBuffersAbove4G = true,
            Fragmentation = 0.97,
            Seed = seed,
            Stepped = true,
            MapRegisters = 40,
            Iommu = seed == 3,
        });
        await using PciFunction function = await machine.OpenAsync(machine.Add(new ProbeDevice()));
        for (int round = 0; round < 200; round++)
        {
            int granularity = 1 << random.Next(4);
            var limits = new DmaConstraints
            {
                AddressBits = random.Next(3) switch { 0 => 28, 1 => 32, _ => 64 },
                ScatterGather = random.Next(6) != 0,
                MaxElements = random.Next(2) == 0 ? 1 + random.Next(6) : 1 + random.Next(200),
                MaxElementLength = random.Next(2) == 0 ? long.MaxValue : 64 + random.Next(9000),
                Boundary = random.Next(3) == 0 ? 1 << (9 + random.Next(8)) : 0,
                ElementAlignment = random.Next(2) == 0 ? 1 : granularity,
                LengthGranularity = granularity,
                MaxTransferLength = random.Next(3) == 0 ? 100 + random.Next(30_000) : long.MaxValue,
            };
            await using DmaAdapter dma = function.CreateAdapter(limits);
            int most = (int)Math.Min(200_000, dma.MaximumTransferLength);
            if (most == 0) continue;
            using SystemBuffer system = machine.AllocateSystemBuffer(most + 5000);
            foreach (Memory<byte> data in (Memory<byte>[])[new byte[most], system.Memory().Slice(random.Next(5000), most), system.Memory()[..most]])
            {
                try
                {
                    Assert.True(dma.TryMap(data, DmaDirection.Both, out DmaMapping mapping));
                    mapping.Complete(0);
                }
                catch (DmaMappingException e)
                {
                    Assert.Fail($"seed {seed}, round {round}: {most} bytes under {limits}: {e.Message}");
                }
            }
        }
    }

    private void Fetch(DmaMapping stage, Span<byte> into)
    {
        foreach (DmaElement element in stage.Elements)
        {
            Assert.True(_device.Fetch(element.Address, into[..(int)element.Length]));
            into = into[(int)element.Length..];
        }
    }

    private void Store(DmaMapping stage, ReadOnlySpan<byte> bytes)
    {
        foreach (DmaElement element in stage.Elements)
        {
            int length = (int)Math.Min(element.Length, bytes.Length);
            Assert.True(_device.Store(element.Address, bytes[..length]));
            bytes = bytes[length..];
        }
    }
}
