using DmaKit.Platforms;

namespace DmaKit.Tests;

/// <summary>What stands in register pages beside the request's own bytes, as a device reads it.</summary>
public sealed class RegisterPageTests
{
    private const int Page = 4096;

    [Theory]
    [InlineData(DmaDirection.ToDevice)]
    [InlineData(DmaDirection.Both)]
    [InlineData(DmaDirection.FromDevice)]
    public async Task M7_BehindAShortRequestADeviceReadsZerosWhateverWasInThePageBefore(DmaDirection before)
    {
        var device = new ProbeDevice();
        await using var machine = new Emulation.EmulatedPlatform(new() { MemoryBytes = 64 << 20, Stepped = true, MapRegisters = 4 });
        await using PciFunction function = await machine.OpenAsync(machine.Add(device));
        function.BusMaster = true;
        await using DmaAdapter dma = function.CreateAdapter(new DmaConstraints { AddressBits = 32 });
        byte[] secret = new byte[4 * Page];
        Array.Fill(secret, (byte)0x53);
        for (int round = 0; round < 4; round++)
        {
            // All pages: by the driver, or by a device that writes for the driver.
            Assert.True(dma.TryMap(secret, before, out DmaMapping first));
            if (before != DmaDirection.ToDevice) ElementOracle.Store(device, first.Elements, secret);
            first.Complete(secret.Length);

            int length = 1 + (round * 1500);
            byte[] data = new byte[length];
            Array.Fill(data, (byte)7);
            Assert.True(dma.TryMap(data, DmaDirection.ToDevice, out DmaMapping second));
            DmaElement last = second.Elements[^1];
            LogicalAddress end = last.Address + last.Length;
            Assert.Equal(data, ElementOracle.Fetch(device, second.Elements));
            byte[] behind = new byte[(int)(Page - (end.Value & (Page - 1)))];
            Assert.True(device.Fetch(end, behind));
            Assert.False(behind.AsSpan().ContainsAnyExcept((byte)0), $"bytes of another request behind {length} bytes");
            second.Complete(length);
        }
    }

    [Fact]
    public async Task M7_AShorterRequestInTheSamePageLeavesNothingOfALongerOne()
    {
        var device = new ProbeDevice();
        await using var machine = new Emulation.EmulatedPlatform(new() { MemoryBytes = 64 << 20, Stepped = true, MapRegisters = 1 });
        await using PciFunction function = await machine.OpenAsync(machine.Add(device));
        function.BusMaster = true;
        await using DmaAdapter dma = function.CreateAdapter(new DmaConstraints { AddressBits = 32 });
        foreach (int length in (int[])[100, 3000, 40, 4096, 1, 2000])
        {
            byte[] data = new byte[length];
            Array.Fill(data, (byte)length);
            Assert.True(dma.TryMap(data, DmaDirection.ToDevice, out DmaMapping mapping));
            byte[] page = new byte[Page];
            Assert.True(device.Fetch(mapping.Elements[0].Address, page));
            Assert.Equal([.. data, .. new byte[Page - length]], page);
            mapping.Complete(0);
        }
    }

    [Fact]
    public async Task M4_RegistersThatLieInSeveralRunsCarryTheRightBytes()
    {
        var device = new ProbeDevice();
        await using var machine = new Emulation.EmulatedPlatform(new() { MemoryBytes = 64 << 20, Stepped = true, MapRegisters = 16 });
        await using PciFunction function = await machine.OpenAsync(machine.Add(device));
        function.BusMaster = true;
        await using DmaAdapter dma = function.CreateAdapter(new DmaConstraints { AddressBits = 32 });
        var random = new Random(5);
        for (int round = 0; round < 60; round++)
        {
            // Holes of all kinds: registers are held here and there.
            var held = new List<DmaMapping>();
            for (int i = 0; i < 12; i++)
            {
                Assert.True(dma.TryMap(new byte[1], DmaDirection.ToDevice, out DmaMapping one));
                held.Add(one);
            }

            foreach (DmaMapping one in held.ToArray())
            {
                if (random.Next(3) == 0) continue;
                one.Complete(0);
                held.Remove(one);
            }

            byte[] data = new byte[1 + random.Next(dma.Domain.MapRegisters.Free * Page)];
            random.NextBytes(data);
            Assert.True(dma.TryMap(data, DmaDirection.Both, out DmaMapping mapping));
            Assert.Equal(data, ElementOracle.Fetch(device, mapping.Elements));
            byte[] answer = new byte[data.Length];
            random.NextBytes(answer);
            ElementOracle.Store(device, mapping.Elements, answer);
            mapping.Complete(answer.Length);
            Assert.Equal(answer, data);
            foreach (DmaMapping one in held) one.Complete(0);
        }
    }
}
