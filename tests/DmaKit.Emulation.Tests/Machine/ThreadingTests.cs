using DmaKit.Devices;
using DmaKit.Platforms;

namespace DmaKit.Emulation.Tests;

[Collection(nameof(Alone))]
public sealed class ThreadingTests
{
    [Theory]
    [InlineData(false, false)]
    [InlineData(true, true)]
    public async Task Devices_run_side_by_side(bool iommu, bool messages)
    {
        await using var machine = new EmulatedPlatform(new() { MemoryBytes = 16 << 20, Iommu = iommu, AllowMessages = messages, Fragmentation = 0.9 });
        string[] cards = [.. Enumerable.Range(0, 5).Select(_ => machine.Add(new EduDevice(new() { TransferDelay = TimeSpan.Zero })))];
        await Task.WhenAll(cards.Select((card, index) => Task.Run(async () =>
        {
            for (int round = 0; round < 30; round++)
            {
                await using PciFunction function = await machine.FunctionAsync(card);
                byte[] data = EduProgram.Pattern(2048, seed: (index * 100) + round);
                Assert.Equal(data, await EduProgram.RoundTripAsync(function, data));
            }
        }))).WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        Assert.Equal(0, machine.Statistics.UsedBytes);
        Assert.Empty(machine.Misuse.Reports);
        foreach (string card in cards) Assert.Equal(60, machine.CountersOf(card).Commands);
    }

    [Fact]
    public async Task Q1_after_revoke_returns_no_byte_of_the_run_changes() =>
        Assert.Equal(0, await LateBytesAsync(forgetful: false, rounds: 500));

    [Fact]
    public async Task Q1_an_iommu_that_does_not_wait_for_transfers_is_caught() =>
        Assert.NotEqual(0, await LateBytesAsync(forgetful: true, rounds: 200_000));

    /// <summary>
    /// A device that writes without pause, and a program that takes runs away under it, clears them and looks: what is written after
    /// Revoke returned shows.
    /// </summary>
    private static async Task<int> LateBytesAsync(bool forgetful, int rounds)
    {
        await using var machine = new EmulatedPlatform(new() { MemoryBytes = 16 << 20, Iommu = true, ForgetfulIommu = forgetful });
        var probe = new ProbeDevice();
        await using PciFunction function = await machine.FunctionAsync(machine.Add(probe));
        function.BusMaster = true;
        DomainMemory memory = function.Domain.Memory;
        var target = new Target();
        byte[] ones = new byte[4096];
        Array.Fill(ones, (byte)0xFF);
        void Write()
        {
            for (int i = 0; i < 100; i++)
                if (target.Address != 0 && probe.Host.TryWrite(new LogicalAddress(target.Address), ones)) target.Written++;
            if (!target.Stop) probe.Host.Defer(Write);
        }

        probe.Host.Defer(Write);
        int late = 0;
        for (int round = 0; round < rounds && late == 0; round++)
        {
            Assert.True(memory.TryAllocate(FragmentationTests.Request(4096), out MemoryRun run));
            long before = target.Written;
            target.Address = run.Logical.Value;
            var spin = new SpinWait();
            while (target.Written <= before) spin.SpinOnce(sleep1Threshold: -1);
            memory.Revoke(run);
            Span<byte> bytes = DmaKit.Native.HostMemory.Span(run.Host, 4096);
            bytes.Clear();
            for (int look = 0; look < 20; look++)
            {
                // On a machine with one core the device only goes on when this thread lets it.
                if (look == 10) Thread.Yield();
                if (bytes.ContainsAnyExcept((byte)0)) late++;
            }

            target.Address = 0;
            memory.ReleaseHost(run);
            memory.ReleaseLogical(run);
        }

        target.Stop = true;
        return late;
    }

    [Fact]
    public async Task Nothing_is_allocated_in_steady_state()
    {
        await using var machine = new EmulatedPlatform(new() { MemoryBytes = 16 << 20, Iommu = true });
        var probe = new ProbeDevice(ProbeDevice.NewIdentity() with { MessageVectors = 1 });
        await using PciFunction function = await machine.FunctionAsync(machine.Add(probe));
        function.BusMaster = true;
        Assert.True(function.Domain.Memory.TryAllocate(FragmentationTests.Request(8192), out MemoryRun run));
        var bytes = new byte[6000];
        Action answer = () =>
        {
            probe.Host.TryRead(run.Logical, bytes);
            probe.Host.TryWrite(run.Logical, bytes);
            probe.Host.SignalInterrupt(0, asserted: true);
        };
        probe.Written = (_, _) => probe.Host.Defer(answer);
        using var handled = new SemaphoreSlim(0);
        await using InterruptRegistration handler = function.Interrupts[0].Handle((in CallbackContext _) =>
        {
            handled.Release();
            return true;
        });
        RegisterWindow registers = function.MapBar(0);

        for (int i = 0; i < 200; i++) Once();
        long grown = long.MaxValue;

        // The whole process is counted, with what the runtime allocates on its own account: the least of a few tries. A single allocation per round would be 24,000 in each.
        for (int attempt = 0; attempt < 4 && grown >= 20_000; attempt++)
        {
            long before = GC.GetTotalAllocatedBytes(precise: true);
            for (int i = 0; i < 1000; i++) Once();
            grown = Math.Min(grown, GC.GetTotalAllocatedBytes(precise: true) - before);
        }

        Assert.True(grown < 20_000, $"{grown} bytes in 1,000 rounds");

        void Once()
        {
            registers.Write32(0, 1);
            handled.Wait();
        }
    }

    private sealed class Target
    {
        private long _address;
        private int _stop;
        private long _written;

        public ulong Address
        {
            get => (ulong)Interlocked.Read(ref _address);
            set => Interlocked.Exchange(ref _address, (long)value);
        }

        public long Written
        {
            get => Interlocked.Read(ref _written);
            set => Interlocked.Exchange(ref _written, value);
        }

        public bool Stop
        {
            get => Interlocked.CompareExchange(ref _stop, 0, 0) != 0;
            set => Interlocked.Exchange(ref _stop, value ? 1 : 0);
        }
    }
}
