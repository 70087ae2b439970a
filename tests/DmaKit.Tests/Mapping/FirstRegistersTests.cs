using DmaKit.Emulation;

namespace DmaKit.Tests;

/// <summary>The first mapping that needs registers, where memory is not what a plan would hope.</summary>
public sealed class FirstRegistersTests
{
    [Fact]
    public void The_first_mapping_waits_for_no_run_that_there_never_is()
    {
        var limits = new DmaConstraints { AddressBits = 28, MaxElements = 3 };
        var machine = new TestMachine(new EmulatedPlatformOptions { MemoryBytes = 64 << 20, Fragmentation = 1.0, Seed = 9 }, limits);
        using var closing = new Closing(machine);
        machine.Run(async () =>
        {
            PartialMapping partial = await machine.Dma.MapUpToAsync(new byte[100_000].AsMemory(), DmaDirection.FromDevice);
            Assert.InRange(partial.Mapping.Length, 1, 100_000);
            Assert.InRange(partial.Mapping.Elements.Length, 1, 3);
            partial.Mapping.Dispose();
        });
    }

    [Fact]
    public void A_few_pages_are_enough_to_go_on()
    {
        var machine = new TestMachine(new EmulatedPlatformOptions { MemoryBytes = 2 << 20 });
        using var closing = new Closing(machine);
        var held = new List<CommonBuffer>();
        while (machine.Dma.TryAllocateCommonBuffer(4096, null, out CommonBuffer? page)) held.Add(page);
        for (int i = 0; i < 3; i++) held[i].Dispose();
        machine.Run(async () =>
        {
            (await machine.Dma.MapAsync(new byte[3 * 4096].AsMemory(), DmaDirection.FromDevice)).Dispose();
            await Assert.ThrowsAsync<DmaMappingException>(() => machine.Dma.MapAsync(new byte[4 * 4096].AsMemory(), DmaDirection.FromDevice).AsTask());
        });
        Assert.Equal(3, machine.Dma.Domain.MapRegisters.Capacity);
        foreach (CommonBuffer page in held) page.Dispose();
    }
}
