using DmaKit.Devices;
using DmaKit.Emulation;
using DmaKit.Platforms;

namespace DmaKit.Drivers.Tests;

/// <summary>The whole path: block device, packets, chains, adapter, disk, and back.</summary>
public sealed class FusionMptTransferTests
{
    private const long MiB = 1 << 20;

    public static TheoryData<int, bool, double, string> Matrix
    {
        get
        {
            var rows = new TheoryData<int, bool, double, string>();
            foreach (int depth in (int[])[1, 8, 64, 128])
                foreach (bool iommu in (bool[])[false, true])
                    foreach (double fragmentation in (double[])[0, 0.95])
                        foreach (string memory in (string[])["managed", "system", "high"])
                            rows.Add(depth, iommu, fragmentation, memory);
            return rows;
        }
    }

    [Fact]
    public async Task A_block_goes_to_the_disk_and_comes_back()
    {
        await using var machine = new FusionMachine(FusionMachine.Stepped);
        byte[] written = Pattern.Bytes(512, 1);
        machine.Run(async driver =>
        {
            ScsiDisk disk = await driver.OpenDiskAsync(0);
            Assert.Equal(512, disk.Info.BlockSize);
            Assert.Equal(4 * MiB, disk.Info.Length);
            Assert.Equal("DMAKIT", disk.Info.Vendor);
            Assert.Equal("EMULATED DISK", disk.Info.Product);
            Assert.Equal("disk0", disk.Info.Serial);
            Assert.False(disk.Info.IsReadOnly);
            await disk.WriteAsync(1024, written);
            var read = new byte[512];
            await disk.ReadAsync(1024, read);
            Assert.Equal(written, read);
            await disk.FlushAsync();
            Assert.Equal(127, driver.QueueDepth);
            Assert.Equal(0, driver.Statistics.Commands.Posted);
        });
        Assert.Equal(written, machine.BytesOn(0, 1024, 512));
        machine.AssertClean();
    }

    [Theory]
    [MemberData(nameof(Matrix))]
    public async Task What_is_written_is_read(int depth, bool iommu, double fragmentation, string memory)
    {
        await using var machine = new FusionMachine(Options(iommu, fragmentation, memory) with { Stepped = true });
        machine.Run(driver => CopyAsync(machine, driver, MiB, depth, memory, seed: depth));
        machine.AssertClean();
    }

    [Theory]
    [InlineData("managed")]
    [InlineData("system")]
    public async Task Eight_MiB_on_the_threaded_machine(string memory)
    {
        await using var machine = new FusionMachine(Options(iommu: false, 0.95, memory), diskBytes: 8 * MiB);
        await machine.RunAsync(driver => CopyAsync(machine, driver, 8 * MiB, 64, memory, seed: 8));
        machine.AssertClean();
    }

    [Fact]
    public async Task A_request_of_single_pages_needs_a_chain_and_more_than_one_transfer()
    {
        await using var machine = new FusionMachine(new EmulatedPlatformOptions { Stepped = true, Fragmentation = 1.0, Seed = 3 });
        using SystemBuffer buffer = machine.Platform.AllocateSystemBuffer(2 * MiB);
        byte[] written = Pattern.Bytes((int)(2 * MiB), 3);
        written.CopyTo(buffer.Memory());
        machine.Run(async driver =>
        {
            ScsiDisk disk = await driver.OpenDiskAsync(0);
            DmaMapping mapping = (await driver.Adapter.MapUpToAsync(buffer.Memory(), DmaDirection.ToDevice, 512)).Mapping;
            int elements = mapping.Elements.Length;
            mapping.Dispose();
            Assert.True(elements > ScatterGatherList.InFrame, $"{elements} elements need no chain");

            long bounced = driver.Adapter.Domain.Mappings.BouncedBytes;
            long before = driver.Statistics.Commands.PostedTotal;
            await disk.WriteAsync(0, buffer.Memory());
            Assert.True(driver.Statistics.Commands.PostedTotal - before > 1, "one transfer took it all");
            Assert.Equal(bounced, driver.Adapter.Domain.Mappings.BouncedBytes);
        });
        Assert.Equal(written, machine.BytesOn(0, 0, written.Length));
        machine.AssertClean();
    }

    [Fact]
    public async Task Two_disks_are_two()
    {
        await using var machine = new FusionMachine(FusionMachine.Stepped, disks: 2);
        machine.Run(async driver =>
        {
            IReadOnlyList<ScsiDisk> disks = await driver.ScanAsync();
            Assert.Equal(["disk0", "disk1"], disks.Select(d => d.Info.Serial));
            await Task.WhenAll(disks.Select(d => d.WriteAsync(0, Pattern.Bytes(4096, d.Target)).AsTask()));
        });
        Assert.Equal(Pattern.Bytes(4096, 0), machine.BytesOn(0, 0, 4096));
        Assert.Equal(Pattern.Bytes(4096, 1), machine.BytesOn(1, 0, 4096));
        machine.AssertClean();
    }

    [Theory]
    [InlineData(100, 512)]
    [InlineData(512, 100)]
    public async Task Offsets_and_lengths_are_whole_blocks(long offset, int length)
    {
        await using var machine = new FusionMachine(FusionMachine.Stepped);
        machine.Run(async driver =>
        {
            ScsiDisk disk = await driver.OpenDiskAsync(0);
            ArgumentException error = await Assert.ThrowsAsync<ArgumentException>(() => disk.ReadAsync(offset, new byte[length]).AsTask());
            Assert.Contains("100", error.Message);
            Assert.Contains("512", error.Message);
            await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => disk.WriteAsync(4 * MiB, new byte[512]).AsTask());
            await disk.ReadAsync(0, Memory<byte>.Empty);
        });
    }

    [Fact]
    public async Task Without_messages_the_line_serves_and_may_be_shared()
    {
        await using var machine = new FusionMachine(new EmulatedPlatformOptions { Stepped = true, AllowMessages = false });
        string edu = machine.Platform.Add(new EduDevice(), "0000:00:07.0");
        Assert.Equal("0000:00:03.0", machine.Address);
        machine.Run(async driver =>
        {
            Assert.Equal(InterruptKind.Line, driver.InterruptKind);
            await using PciFunction function = await machine.Platform.OpenAsync(edu);
            await using EduDriver other = EduDriver.Start(function);
            ScsiDisk disk = await driver.OpenDiskAsync(0);
            for (uint i = 1; i <= 20; i++)
            {
                Task<uint> factorial = other.FactorialAsync(5).AsTask();
                await disk.WriteAsync(512 * i, Pattern.Bytes(512, (int)i));
                Assert.Equal(120u, await factorial);
                Assert.Equal(Pattern.Bytes(512, (int)i), machine.BytesOn(0, 512 * i, 512));
            }
        });
        machine.AssertClean();
    }

    private static EmulatedPlatformOptions Options(bool iommu, double fragmentation, string memory) => new()
    {
        MemoryBytes = 64L << 20,
        LowMemoryBytes = memory == "high" ? 32L << 20 : null,
        SystemBuffersAbove4G = memory == "high",
        Iommu = iommu,
        Fragmentation = fragmentation,
        Seed = 5,
    };

    /// <summary>Writes and reads back with so many requests at once, each of 16 KiB, and compares disk and memory.</summary>
    private static async Task CopyAsync(FusionMachine machine, FusionMptDriver driver, long bytes, int depth, string memory, int seed)
    {
        const int request = 16 * 1024;
        ScsiDisk disk = await driver.OpenDiskAsync(0);
        byte[] expected = Pattern.Bytes((int)bytes, seed);
        using SystemBuffer? from = memory == "managed" ? null : machine.Platform.AllocateSystemBuffer(bytes);
        using SystemBuffer? into = memory == "managed" ? null : machine.Platform.AllocateSystemBuffer(bytes);
        if (memory == "high" && !machine.Platform.Options.Iommu)
        {
            using DmaMapping mapping = (await driver.Adapter.MapUpToAsync(from!.Memory(), DmaDirection.ToDevice)).Mapping;
            Assert.All(mapping.Elements.ToArray(), element => Assert.True(element.Address.Value >= 1UL << 32));
        }

        Memory<byte> source = from?.Memory() ?? new byte[bytes];
        Memory<byte> target = into?.Memory() ?? new byte[bytes];
        expected.CopyTo(source);

        await ManyAsync(bytes, request, depth, at => disk.WriteAsync(at, source.Slice((int)at, request)));
        Assert.True(expected.AsSpan().SequenceEqual(machine.BytesOn(0, 0, expected.Length)), "the disk differs");
        await ManyAsync(bytes, request, depth, at => disk.ReadAsync(at, target.Slice((int)at, request)));
        Assert.True(expected.AsSpan().SequenceEqual(target.Span), "what was read differs");
    }

    private static Task ManyAsync(long bytes, int request, int depth, Func<long, ValueTask> action)
    {
        long next = -request;
        return Task.WhenAll(Enumerable.Range(0, depth).Select(_ => WorkAsync()));

        async Task WorkAsync()
        {
            while (Interlocked.Add(ref next, request) is var at && at < bytes) await action(at);
        }
    }
}
