using DmaKit.Devices;
using DmaKit.Emulation;
using DmaKit.Platforms;

namespace DmaKit.Drivers.Tests;

/// <summary>Little memory, few packets, no registers: slower, but it goes on.</summary>
public sealed class FusionMptScaleTests
{
    [Theory]
    [InlineData(0.95)]
    [InlineData(1.0)]
    public async Task Fragmented_memory_still_holds_every_packet(double fragmentation)
    {
        await using var machine = new FusionMachine(new EmulatedPlatformOptions { Stepped = true, Fragmentation = fragmentation, Seed = 11 });
        machine.Run(async driver =>
        {
            Assert.Equal(127, driver.QueueDepth);
            await RoundTripAsync(machine, driver);
        });
        machine.AssertClean();
    }

    [Fact]
    public async Task CB6_With_little_memory_the_driver_starts_with_fewer_packets_and_says_so()
    {
        await using var machine = new FusionMachine(new EmulatedPlatformOptions { Stepped = true, MemoryBytes = 2 << 20, Fragmentation = 0.95, Seed = 2 });
        machine.Platform.Run(async () =>
        {
            // Somebody else holds nearly all of it: 12 pages are left.
            await using PciFunction function = await machine.Platform.OpenAsync(machine.Address);
            await using DmaAdapter other = function.CreateAdapter(DmaConstraints.None);
            var held = new List<CommonBuffer>();
            while (other.TryAllocateCommonBuffer(4096, null, out CommonBuffer? page)) held.Add(page);
            foreach (CommonBuffer page in held.Take(12)) page.Dispose();
            held.RemoveRange(0, 12);

            await using (FusionMptDriver driver = await FusionMptDriver.StartAsync(function))
            {
                Assert.InRange(driver.QueueDepth, 1, 126);
                string notice = Assert.Single(driver.Notices);
                Assert.Contains($"{driver.QueueDepth} command packets instead of 127", notice);

                // Opening takes no map register; with a few pages free again, managed data goes through few of them.
                ScsiDisk disk = await driver.OpenDiskAsync(0);
                foreach (CommonBuffer page in held.Take(8)) page.Dispose();
                held.RemoveRange(0, 8);
                byte[] data = Pattern.Bytes(64 * 1024, 6);
                await Task.WhenAll(Enumerable.Range(0, 64).Select(i => disk.WriteAsync(1024 * i, data.AsMemory(1024 * i, 1024)).AsTask()));
                Assert.Equal(data, machine.BytesOn(0, 0, data.Length));
                Assert.InRange(driver.Adapter.Domain.MapRegisters.Capacity, 1, 8);
            }

            foreach (CommonBuffer page in held) page.Dispose();
        });
        machine.AssertClean();
    }

    [Fact]
    public async Task CB6_Without_any_memory_the_driver_says_how_much_it_needs()
    {
        await using var machine = new FusionMachine(new EmulatedPlatformOptions { Stepped = true, MemoryBytes = 1 << 20 });
        machine.Platform.Run(async () =>
        {
            await using PciFunction function = await machine.Platform.OpenAsync(machine.Address);
            await using DmaAdapter other = function.CreateAdapter(DmaConstraints.None);
            var held = new List<CommonBuffer>();
            while (other.TryAllocateCommonBuffer(4096, null, out CommonBuffer? page)) held.Add(page);
            await Assert.ThrowsAsync<DmaResourceException>(() => FusionMptDriver.StartAsync(function).AsTask());
            foreach (CommonBuffer page in held) page.Dispose();
            await using FusionMptDriver driver = await FusionMptDriver.StartAsync(function);
            await RoundTripAsync(machine, driver);
        });
        machine.AssertClean();
    }

    [Fact]
    public async Task C1_With_4_packets_1000_requests_all_finish_first_come_first_served()
    {
        await using var machine = new FusionMachine(FusionMachine.Stepped);
        var order = new List<int>();
        machine.Run(
            async driver =>
            {
                Assert.Equal(4, driver.QueueDepth);
                ScsiDisk disk = await driver.OpenDiskAsync(0);
                await Task.WhenAll(Enumerable.Range(0, 1000).Select(ReadAsync));
                Assert.Equal(4, driver.Statistics.Commands.PostedHighWater);

                async Task ReadAsync(int number)
                {
                    await disk.ReadAsync(512L * number, new byte[512]);
                    order.Add(number);
                }
            },
            new FusionMptDriverOptions { QueueDepth = 4 });
        Assert.Equal(Enumerable.Range(0, 1000), order);
        machine.AssertClean();
    }

    [Fact]
    public async Task CB4_With_every_map_register_taken_packets_still_go()
    {
        await using var machine = new FusionMachine(FusionMachine.Stepped);
        string edu = machine.Platform.Add(new EduDevice());
        using SystemBuffer buffer = machine.Platform.AllocateSystemBuffer(4096);
        machine.Run(async driver =>
        {
            ScsiDisk disk = await driver.OpenDiskAsync(0);
            await using PciFunction function = await machine.Platform.OpenAsync(edu);
            await using DmaAdapter other = function.CreateAdapter(DmaConstraints.None);
            var held = new List<DmaMapping>();
            while (driver.Adapter.Domain.MapRegisters.Free > 0)
            {
                Assert.True(other.TryMap(new byte[4096], DmaDirection.FromDevice, out DmaMapping mapping));
                held.Add(mapping);
            }

            Task waiting = disk.WriteAsync(0, Pattern.Bytes(512, 1)).AsTask();
            await disk.FlushAsync();
            await disk.ReadAsync(0, buffer.Memory());
            Assert.False(waiting.IsCompleted);
            Assert.Equal(1, driver.Adapter.Domain.MapRegisters.Waiting);
            foreach (DmaMapping mapping in held) mapping.Dispose();
            await waiting;
        });
        Assert.Equal(Pattern.Bytes(512, 1), machine.BytesOn(0, 0, 512));
        machine.AssertClean();
    }

    [Fact]
    public async Task T1_Random_requests_from_many_threads_against_a_model()
    {
        const int seed = 20261, workers = 16, blocks = 64;
        await using var machine = new FusionMachine(new EmulatedPlatformOptions { Fragmentation = 0.95, Seed = seed });
        await machine.RunAsync(async driver =>
        {
            ScsiDisk disk = await driver.OpenDiskAsync(0);
            await Task.WhenAll(Enumerable.Range(0, workers).Select(worker => Task.Run(() => WorkAsync(disk, worker))));
        }, new FusionMptDriverOptions { QueueDepth = 8 });
        machine.AssertClean();

        async Task WorkAsync(ScsiDisk disk, int worker)
        {
            var random = new Random(seed + worker);
            long start = (long)worker * blocks * 512;
            var model = new byte[blocks * 512];
            for (int i = 0; i < 60; i++)
            {
                int first = random.Next(blocks);
                int count = random.Next(1, blocks - first + 1);
                if (random.Next(2) == 0)
                {
                    byte[] data = Pattern.Bytes(count * 512, random.Next());
                    await disk.WriteAsync(start + first * 512, data);
                    data.CopyTo(model, first * 512);
                }
                else
                {
                    var data = new byte[count * 512];
                    await disk.ReadAsync(start + first * 512, data);
                    Assert.True(model.AsSpan(first * 512, data.Length).SequenceEqual(data), $"seed {seed}, worker {worker}, step {i}");
                }
            }
        }
    }

    [Fact]
    public async Task C4_Resets_under_load_lose_nothing_and_confuse_no_tags()
    {
        const int seed = 4711, workers = 12, resets = 20;
        await using var machine = new FusionMachine(new EmulatedPlatformOptions { Seed = seed });
        await machine.RunAsync(async driver =>
        {
            ScsiDisk disk = await driver.OpenDiskAsync(0);
            bool over = false;
            Task[] tasks = [.. Enumerable.Range(0, workers).Select(worker => Task.Run(() => WorkAsync(disk, worker, () => over)))];
            for (int i = 0; i < resets; i++)
            {
                long done = driver.Statistics.Commands.CompletedTotal;
                while (driver.Statistics.Commands.CompletedTotal < done + 100) await Task.Yield();
                await driver.ResetAdapterAsync(default);
            }

            over = true;
            await Task.WhenAll(tasks);
            CommandPoolStatistics statistics = driver.Statistics.Commands;
            Assert.Equal((driver.QueueDepth, 0, 0), (statistics.Free, statistics.Posted, statistics.Quarantined));
            Assert.Equal((0L, 0L), (statistics.StaleTags, statistics.UnknownTags));
            Assert.Equal(0, driver.Statistics.AdapterResets);
        }, new FusionMptDriverOptions { CommandTimeout = TimeSpan.FromMinutes(2) });
        machine.AssertClean();

        static async Task WorkAsync(ScsiDisk disk, int worker, Func<bool> over)
        {
            var random = new Random(seed + worker);
            for (int step = 0; !over(); step++)
            {
                byte[] written = Pattern.Bytes(4096, random.Next());
                var read = new byte[4096];
                await AgainAsync(() => disk.WriteAsync(worker * 4096, written));
                await AgainAsync(() => disk.ReadAsync(worker * 4096, read));
                Assert.True(written.AsSpan().SequenceEqual(read), $"seed {seed}, worker {worker}, step {step}");
            }
        }

        // A request that two resets in a row hit is an error of its own; its caller may ask again.
        static async Task AgainAsync(Func<ValueTask> request)
        {
            while (true)
            {
                try
                {
                    await request();
                    return;
                }
                catch (BlockDeviceException e) when (e.Status == BlockDeviceStatus.Aborted || e.Sense is { Key: ScsiSenseKey.UnitAttention })
                {
                }
            }
        }
    }

    private static async Task RoundTripAsync(FusionMachine machine, FusionMptDriver driver)
    {
        ScsiDisk disk = await driver.OpenDiskAsync(0);
        byte[] data = Pattern.Bytes(64 * 1024, 4);
        await Task.WhenAll(Enumerable.Range(0, 64).Select(i => disk.WriteAsync(1024 * i, data.AsMemory(1024 * i, 1024)).AsTask()));
        Assert.Equal(data, machine.BytesOn(0, 0, data.Length));
    }
}
