using System.Text.Json;
using DmaKit.Platforms;

namespace DmaKit.Emulation.Tests;

public sealed class StatisticsTests
{
    [Fact]
    public async Task The_machine_prints_itself()
    {
        await using var machine = new EmulatedPlatform(new() { MemoryBytes = 1 << 20, Iommu = true, Stepped = true });
        var probe = new ProbeDevice();
        await using PciFunction function = await machine.FunctionAsync(machine.Add(probe));
        function.BusMaster = true;
        Assert.True(function.Domain.Memory.TryAllocate(FragmentationTests.Request(3 * 4096), out MemoryRun run));
        Assert.True(probe.Host.TryWrite(run.Logical, new byte[100]));
        Assert.False(probe.Host.TryRead(new LogicalAddress(0), new byte[8]));

        // 256 pages: page 0 is nobody's, 4 to 6 are taken from the first block of four, 7 to 255 are one stretch.
        const string Expected = """
            memory 1048576 bytes: 12288 used, 1032192 free, 4096 held; longest free run 1019904
              2 free block(s) of 1 page(s)
              1 free block(s) of 2 page(s)
              1 free block(s) of 8 page(s)
              1 free block(s) of 16 page(s)
              1 free block(s) of 32 page(s)
              1 free block(s) of 64 page(s)
              1 free block(s) of 128 page(s)
            system buffers 0, host mappings 0, IOMMU maps 1, unmaps 0
            0000:00:03.0 transfers 2 (108 bytes, 1 refused), interrupts 0

            """;
        Assert.Equal(Expected, machine.Statistics.ToString(), ignoreLineEndingDifferences: true);

        using JsonDocument json = JsonDocument.Parse(machine.Statistics.ToJson());
        Assert.Equal(12288, json.RootElement.GetProperty("usedBytes").GetInt64());
        Assert.Equal(1, json.RootElement.GetProperty("functions")[0].GetProperty("refusedTransfers").GetInt64());
        Assert.Equal([2, 1, 0, 1, 1, 1, 1, 1, 0], json.RootElement.GetProperty("freeBlocks").EnumerateArray().Select(b => b.GetInt64()));
    }
}
