namespace DmaKit.Tests;

/// <summary>What was gathered for a request that then failed was never handed out: it goes back at once, whatever the device was told meanwhile.</summary>
public sealed class ShortageTests
{
    [Fact]
    public async Task Q1_PiecesOfAVectorThatCannotBeHadGoBackAtOnce() => await GoesBack(
        dma => dma.AllocateCommonBufferVector(1 << 20, 1000, 500));

    [Fact]
    public async Task Q1_BlocksOfAPoolThatCannotBeHadGoBackAtOnce() => await GoesBack(
        dma => BlockPool.AllocateUpTo(dma, 1 << 20, 1000, 500));

    [Fact]
    public async Task Q1_ABufferThatWasHandedOutDoesNot()
    {
        await using var machine = new TestMachine();
        CommonBuffer buffer = machine.Dma.AllocateCommonBuffer(4096);
        machine.Registers.Write32(TestMachine.Doorbell, 1);
        buffer.Dispose();
        Assert.Equal(4096, machine.Dma.Domain.Quarantine.Bytes);
    }

    private static async Task GoesBack(Func<DmaAdapter, IDisposable> ask)
    {
        await using var machine = new TestMachine();
        long before = machine.Dma.LargestCommonBuffer();
        machine.Registers.Write32(TestMachine.Doorbell, 1);
        Assert.Throws<DmaResourceException>(() => ask(machine.Dma));
        Assert.Empty(machine.Dma.Domain.Quarantine.Entries);
        Assert.Equal(before, machine.Dma.LargestCommonBuffer());
    }
}
