using System.Diagnostics.CodeAnalysis;
using DmaKit.Drivers;
using DmaKit.Drivers.Tests;
using DmaKit.Platforms;

namespace DmaKit.Qemu.Tests;

/// <summary>The tests of the Fusion MPT driver and its disks, for every machine that has the adapter: ours, QEMU's, QEMU's behind VT-d.</summary>
public abstract class FusionMptSuite
{
    private const int MiB = 1 << 20;

    // How many elements a request frame of 512 bytes has room for.
    private const int InFrame = 38;

    public static TheoryData<int, string> DepthsAndMemories => new MatrixTheoryData<int, string>([1, 8, 64], ["managed", "system", "high"]);

    [Fact]
    public async Task A_disk_says_what_it_is()
    {
        await using DiskStand stand = await StartAsync(new DiskSetup { Disks = 2 });
        await stand.RunAsync(async driver =>
        {
            IReadOnlyList<ScsiDisk> disks = await driver.ScanAsync();
            Assert.Equal(["disk0", "disk1"], disks.Select(d => d.Info.Serial));
            Assert.All(disks, d => Assert.Equal((512, 8L * MiB, false), (d.Info.BlockSize, d.Info.Length, d.Info.IsReadOnly)));
            Assert.Equal(InterruptKind.Message, driver.InterruptKind);
        });
        AssertClean(stand);
    }

    [Fact]
    public async Task Two_disks_are_two()
    {
        await using DiskStand stand = await StartAsync(new DiskSetup { Disks = 2 });
        await stand.RunAsync(async driver =>
        {
            IReadOnlyList<ScsiDisk> disks = await driver.ScanAsync();
            await Task.WhenAll(disks.Select(d => d.WriteAsync(0, Pattern.Bytes(4096, d.Target)).AsTask()));
            await disks[0].FlushAsync();
        });
        Assert.Equal(Pattern.Bytes(4096, 0), stand.BytesOn(0, 0, 4096));
        Assert.Equal(Pattern.Bytes(4096, 1), stand.BytesOn(1, 0, 4096));
        AssertClean(stand);
    }

    [Theory]
    [MemberData(nameof(DepthsAndMemories))]
    public async Task What_is_written_is_read(int depth, string memory)
    {
        const int bytes = 4 * MiB, request = 16 * 1024;
        await using DiskStand stand = await StartAsync(new DiskSetup { High = memory == "high", Fragmentation = 0.8 });
        byte[] expected = Pattern.Bytes(bytes, depth);
        using SystemBuffer? from = memory == "managed" ? null : stand.Platform.AllocateSystemBuffer(bytes);
        using SystemBuffer? into = memory == "managed" ? null : stand.Platform.AllocateSystemBuffer(bytes);
        Memory<byte> source = from?.Memory() ?? new byte[bytes];
        Memory<byte> target = into?.Memory() ?? new byte[bytes];
        expected.CopyTo(source);
        await stand.RunAsync(async driver =>
        {
            ScsiDisk disk = await driver.OpenDiskAsync(0);
            await ManyAsync(bytes, request, depth, at => disk.WriteAsync(at, source.Slice((int)at, request)));
            Assert.True(expected.AsSpan().SequenceEqual(stand.BytesOn(0, 0, bytes)), "the disk differs");
            await ManyAsync(bytes, request, depth, at => disk.ReadAsync(at, target.Slice((int)at, request)));
            Assert.True(expected.AsSpan().SequenceEqual(target.Span), "what was read differs");

            MappingStatistics mappings = driver.Adapter.Domain.Mappings;
            if (memory == "managed") Assert.True(mappings.BouncedBytes >= 2L * bytes, $"{mappings.BouncedBytes} bytes bounced");
            else Assert.True(mappings.DirectBytes >= 2L * bytes, $"{mappings.DirectBytes} bytes were reached where they lie");
            if (memory == "high" && stand.HasHighMemory) AssertHigh(driver, source);
        });
        AssertClean(stand);
    }

    [Fact]
    public async Task A_request_of_single_pages_goes_through()
    {
        await using DiskStand stand = await StartAsync(new DiskSetup { Fragmentation = 1.0 });
        using SystemBuffer buffer = stand.Platform.AllocateSystemBuffer(2 * MiB);
        byte[] written = Pattern.Bytes(2 * MiB, 3);
        written.CopyTo(buffer.Memory());
        await stand.RunAsync(async driver =>
        {
            ScsiDisk disk = await driver.OpenDiskAsync(0);
            long bounced = driver.Adapter.Domain.Mappings.BouncedBytes;
            await disk.WriteAsync(0, buffer.Memory());
            Assert.Equal(bounced, driver.Adapter.Domain.Mappings.BouncedBytes);
            using DmaMapping mapping = (await driver.Adapter.MapUpToAsync(buffer.Memory(), DmaDirection.ToDevice, 512)).Mapping;

            // An IOMMU makes one run of them; without one the list needs a chain.
            if (driver.Adapter.Domain.Translates) Assert.Equal(1, mapping.Elements.Length);
            else Assert.True(mapping.Elements.Length > InFrame, $"{mapping.Elements.Length} elements need no chain");
        });
        Assert.Equal(written, stand.BytesOn(0, 0, written.Length));
        AssertClean(stand);
    }

    [Fact]
    public async Task Without_messages_the_line_serves()
    {
        await using DiskStand stand = await StartAsync(new DiskSetup { Messages = false });
        await stand.RunAsync(async driver =>
        {
            Assert.Equal(InterruptKind.Line, driver.InterruptKind);
            ScsiDisk disk = await driver.OpenDiskAsync(0);
            await ManyAsync(MiB, 16 * 1024, 16, at => disk.WriteAsync(at, Pattern.Bytes(16 * 1024, (int)at)));
            Assert.Equal(Pattern.Bytes(16 * 1024, 32 * 1024), stand.BytesOn(0, 32 * 1024, 16 * 1024));
        });
        AssertClean(stand);
    }

    [Fact]
    public async Task A_disk_that_may_not_be_written_says_so()
    {
        await using DiskStand stand = await StartAsync(new DiskSetup { ReadOnly = true });
        await stand.RunAsync(async driver =>
        {
            ScsiDisk disk = await driver.OpenDiskAsync(0);
            Assert.True(disk.Info.IsReadOnly);
            await disk.ReadAsync(0, new byte[512]);
            BlockDeviceException error = await Assert.ThrowsAsync<BlockDeviceException>(() => disk.WriteAsync(0, new byte[512]).AsTask());
            Assert.Equal(ScsiSenseKey.DataProtect, error.Sense?.Key);
        });
        AssertClean(stand);
    }

    [Fact]
    public async Task A_target_that_is_not_there_is_not_there()
    {
        await using DiskStand stand = await StartAsync(new DiskSetup());
        await stand.RunAsync(async driver =>
        {
            BlockDeviceException error = await Assert.ThrowsAsync<BlockDeviceException>(() => driver.OpenDiskAsync(3).AsTask());
            Assert.Equal(BlockDeviceStatus.NoDevice, error.Status);
        });
        AssertClean(stand);
    }

    [Fact]
    public async Task The_adapter_is_started_again_and_again()
    {
        await using DiskStand stand = await StartAsync(new DiskSetup());
        for (int i = 0; i < 3; i++)
        {
            byte[] data = Pattern.Bytes(4096, i);
            await stand.RunAsync(async driver => await (await driver.OpenDiskAsync(0)).WriteAsync(0, data));
            Assert.Equal(data, stand.BytesOn(0, 0, data.Length));
        }

        AssertClean(stand);
    }

    /// <summary>A machine with disks, or a skip.</summary>
    protected abstract ValueTask<DiskStand> StartAsync(DiskSetup setup);

    private static void AssertClean(DiskStand stand) => Assert.Empty(stand.Platform.Misuse.Reports);

    private static void AssertHigh(FusionMptDriver driver, Memory<byte> source)
    {
        using DmaMapping mapping = driver.Adapter.TryMap(source[..4096], DmaDirection.ToDevice, out DmaMapping made) ? made : throw new InvalidOperationException("no mapping");
        foreach (DmaElement element in mapping.Elements)
        {
            // Memory above 4 GiB: with an IOMMU the device sees it below all the same.
            if (driver.Adapter.Domain.Translates) Assert.True(element.Address.Value < 1UL << 32, $"{element.Address}");
            else Assert.True(element.Address.Value >= 1UL << 32, $"{element.Address}");
        }
    }

    [SuppressMessage("Reliability", "CA2012", Justification = "Each is awaited once, where it is made.")]
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
