namespace DmaKit.Tests;

/// <summary>A fault says how far from the nearest buffer it is.</summary>
public sealed class FaultDistanceTests
{
    [Theory]
    [InlineData(-1, -1, "1 bytes before 'ring'")]
    [InlineData(0, 0, "inside 'ring'")]
    [InlineData(99, 0, "inside 'ring'")]
    [InlineData(100, 1, "1 bytes past the end of 'ring'")]
    [InlineData(131, 32, "32 bytes past the end of 'ring'")]
    public async Task TheFirstByteOutsideIsOneByteAway(long offset, long distance, string words)
    {
        await using var machine = new TestMachine();
        using CommonBuffer buffer = machine.Dma.AllocateCommonBuffer(100, new CommonBufferOptions { Name = "ring" });
        machine.Dma.Domain.ReportFault(new DmaFault("0000:00:03.0", buffer.LogicalAddress + offset, 4, IsWrite: true, "refused"));
        DmaFault fault = Assert.Single(machine.Dma.Domain.Faults);
        Assert.Equal(distance, fault.Distance);
        Assert.EndsWith(words, fault.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnAddressInABufferThatWasFreedNamesIt()
    {
        await using var machine = new TestMachine();
        using CommonBuffer near = machine.Dma.AllocateCommonBuffer(4096, new CommonBufferOptions { Name = "near" });
        CommonBuffer freed = machine.Dma.AllocateCommonBuffer(4096, new CommonBufferOptions { Name = "ring" });
        LogicalAddress stale = freed.LogicalAddress + 8;
        freed.Dispose();
        machine.Dma.Domain.ReportFault(new DmaFault("0000:00:03.0", stale, 4, IsWrite: true, "refused"));
        DmaFault fault = Assert.Single(machine.Dma.Domain.Faults);
        Assert.EndsWith("inside 'ring', which was freed", fault.ToString(), StringComparison.Ordinal);
        Assert.True(fault.NearestIsFreed);

        // What is somebody's again is his.
        machine.Dma.Domain.ReportFault(new DmaFault("0000:00:03.0", near.LogicalAddress, 4, IsWrite: true, "refused"));
        Assert.Equal(("near", false), (machine.Dma.Domain.Faults[1].NearestBuffer, machine.Dma.Domain.Faults[1].NearestIsFreed));
    }
}
