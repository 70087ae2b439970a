using DmaKit.Emulation;

namespace DmaKit.Tests;

/// <summary>As much of a request as fits one transfer, mapped now or not at all.</summary>
public sealed class PartWithoutWaitingTests
{
    private const int Page = 4096;
    private const int Registers = 4;

    [Fact]
    public async Task M2_What_fits_is_mapped_now_and_the_rest_is_told()
    {
        await using var machine = new TestMachine(new EmulatedPlatformOptions { MapRegisters = Registers });
        byte[] data = new byte[6 * Page];
        Random.Shared.NextBytes(data);
        Assert.True(machine.Dma.TryMapUpTo(new ReadOnlyMemory<byte>(data), 512, out PartialMapping part));
        Assert.Equal((Registers * Page, 2 * Page), (part.Mapping.Length, part.Remaining));
        part.Mapping.Complete(0);

        Assert.True(machine.Dma.TryMapUpTo(data.AsMemory(Registers * Page), DmaDirection.FromDevice, 512, out part));
        Assert.Equal((2 * Page, true), (part.Mapping.Length, part.IsWhole));
        part.Mapping.Complete(0);
        Assert.Throws<ArgumentOutOfRangeException>(() => machine.Dma.TryMapUpTo(data, DmaDirection.FromDevice, 0, out _));
    }

    [Fact]
    public async Task M2_Where_registers_are_short_nothing_is_held()
    {
        await using var machine = new TestMachine(new EmulatedPlatformOptions { MapRegisters = Registers });
        Assert.True(machine.Dma.TryMapUpTo(new byte[Page], DmaDirection.FromDevice, 1, out PartialMapping other));
        Assert.False(machine.Dma.TryMapUpTo(new byte[Registers * Page], DmaDirection.FromDevice, 1, out PartialMapping none));
        Assert.Equal((true, 0L), (none.Mapping.IsEmpty, none.Remaining));
        Assert.Equal(Registers - 1, machine.Dma.Domain.MapRegisters.Free);

        other.Mapping.Complete(0);
        Assert.True(machine.Dma.TryMapUpTo(new byte[Registers * Page], DmaDirection.FromDevice, 1, out PartialMapping all));
        Assert.True(all.IsWhole);
        all.Mapping.Complete(0);
    }
}
