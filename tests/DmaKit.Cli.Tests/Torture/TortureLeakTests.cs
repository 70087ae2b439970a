using DmaKit.Devices;
using DmaKit.Emulation;
using DmaKit.Platforms;

namespace DmaKit.Cli.Tests;

/// <summary>What the torture looks for at a plan's end: a leak of each sort is planted, and must be found; the twin that gives everything back is clean.</summary>
public sealed class TortureLeakTests
{
    private const long Doorbell = 0x70;

    [Theory]
    [InlineData("packet", "1 of the command packets of a pool never came back")]
    [InlineData("posted packet", "in quarantine")]
    [InlineData("block", "1 of the blocks of 'leaky' never came back")]
    [InlineData("piece", "1 of the pieces of 'leaky' never came back")]
    [InlineData("mapping", "1 mappings of 0000:00:03.0 never ended")]
    [InlineData("mapping", "1 of 64 map registers never came back")]
    [InlineData("reservation", "3 of 64 map registers never came back")]
    [InlineData("common buffer", "common buffer 'leaky' was never disposed")]
    [InlineData("system buffer", "1 system buffers never came back")]
    [InlineData("quarantine", "bytes are still in quarantine: common buffer 'leaky'")]
    public void A_leak_that_is_planted_is_found(string what, string finding)
    {
        Assert.Contains(Find(what, leaks: true, observed: true), found => found.Contains(finding, StringComparison.Ordinal));
        Assert.Empty(Find(what, leaks: false, observed: true));
    }

    [Theory]
    [InlineData("posted packet", "in quarantine")]
    [InlineData("mapping", "1 of 64 map registers never came back")]
    [InlineData("reservation", "3 of 64 map registers never came back")]
    [InlineData("common buffer", "common buffer 'leaky' was never disposed")]
    [InlineData("system buffer", "1 system buffers never came back")]
    [InlineData("quarantine", "bytes are still in quarantine: common buffer 'leaky'")]
    public void What_the_library_itself_accounts_for_is_found_without_an_observer(string what, string finding) =>
        Assert.Contains(Find(what, leaks: true, observed: false), found => found.Contains(finding, StringComparison.Ordinal));

    /// <summary>Pulling the device out is proof of quiet: what it had when its driver ended goes back, map registers and system buffers as well.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Q1_What_a_dead_driver_left_at_its_device_comes_back_when_the_device_is_pulled_out(bool iommu)
    {
        using var machine = new LeakMachine(iommu, observed: true);
        machine.Run(async () =>
        {
            CommandPool<uint, uint> pool = CommandPool<uint, uint>.CreateUpTo(machine.Dma, 4, 4);
            SystemBuffer direct = machine.Platform.AllocateSystemBuffer(4096);
            var ended = new List<Task<CommandOutcome<uint>>>();
            foreach (Memory<byte> data in (Memory<byte>[])[new byte[5000], direct.Memory(0, 4096)])
            {
                DmaMapping mapping = await machine.Dma.MapAsync(data, DmaDirection.FromDevice);
                Command<uint, uint> command = await pool.RentAsync();
                ended.Add(command.PostAsync(mapping, machine.Registers, Doorbell, TimeSpan.FromSeconds(1)).AsTask());
            }

            machine.Dma.DeclareStuck();
            foreach (Task<CommandOutcome<uint>> end in ended) Assert.Equal(CommandStatus.TimedOut, (await end).Status);
            direct.Dispose();
            await pool.DisposeAsync();
            await machine.Dma.DisposeAsync();
            Assert.Contains(machine.Find(), found => found.EndsWith("map registers never came back", StringComparison.Ordinal));
            machine.Platform.Remove(machine.Function.Info.Address);
            Assert.Empty(machine.Find());
        });
    }

    private static List<string> Find(string what, bool leaks, bool observed)
    {
        using var machine = new LeakMachine(iommu: false, observed);
        List<string> found = [];
        machine.Run(async () => found = await PlantAsync(machine, what, leaks));
        return found;
    }

    private static async Task<List<string>> PlantAsync(LeakMachine machine, string what, bool leaks)
    {
        DmaAdapter dma = machine.Dma;
        switch (what)
        {
            case "packet" or "posted packet":
                CommandPool<uint, uint> pool = CommandPool<uint, uint>.CreateUpTo(dma, 4, 4);
                Command<uint, uint> command = await pool.RentAsync();
                if (what == "posted packet")
                {
                    Assert.Equal(CommandStatus.TimedOut, (await command.PostAsync(default, machine.Registers, Doorbell, TimeSpan.FromSeconds(1))).Status);
                    if (!leaks) dma.DeclareQuiet();
                }
                else if (!leaks)
                {
                    command.Dispose();
                }

                List<string> foundOfPool = machine.Find(pool.Buffers);
                dma.DeclareQuiet();
                return foundOfPool;
            case "block":
                BlockPool blocks = BlockPool.AllocateUpTo(dma, 4096, 4, 4, new BlockPoolOptions { Name = "leaky" });
                Block block = await blocks.RentAsync();
                if (!leaks) block.Dispose();
                return machine.Find(blocks.Buffers);
            case "piece":
                BufferHeap heap = BufferHeap.AllocateUpTo(dma, 16 << 10, 16 << 10, new BufferHeapOptions { Name = "leaky" });
                HeapPiece piece = await heap.AllocateAsync(100);
                if (!leaks) piece.Dispose();
                return machine.Find([heap.Buffer]);
            case "mapping":
                DmaMapping mapping = await dma.MapAsync(new byte[100], DmaDirection.ToDevice);
                if (!leaks) mapping.Complete(100);
                return machine.Find();
            case "reservation":
                RegisterLease lease = dma.ReserveRegisters(3);
                if (!leaks) lease.Dispose();
                return machine.Find();
            case "system buffer":
                SystemBuffer system = machine.Platform.AllocateSystemBuffer(100);
                if (!leaks) system.Dispose();
                return machine.Find();
            default:
                CommonBuffer buffer = dma.AllocateCommonBuffer(4096, new CommonBufferOptions { Name = "leaky" });
                machine.Registers.Write32(Doorbell, buffer.LogicalAddress.Low32);
                if (!leaks) dma.DeclareQuiet();
                if (what == "quarantine" || !leaks) buffer.Dispose();
                return machine.Find();
        }
    }

    /// <summary>A machine with an edu device, which the plants tell nothing that it understands.</summary>
    private sealed class LeakMachine : IDisposable
    {
        private readonly TortureLeaks _leaks = new();

        internal LeakMachine(bool iommu, bool observed)
        {
            Platform = new EmulatedPlatform(new() { Stepped = true, MemoryBytes = 16 << 20, MapRegisters = 64, Iommu = iommu });
            if (observed) Platform.AddObserver(_leaks);
            Function = Platform.OpenAsync(Platform.Add(new EduDevice())).AsTask().GetAwaiter().GetResult();
            Dma = Function.CreateAdapter(new DmaConstraints { AddressBits = 32, MaxElements = 8 });
            Registers = Function.MapBar(0);
        }

        internal EmulatedPlatform Platform { get; }

        internal PciFunction Function { get; }

        internal DmaAdapter Dma { get; }

        internal RegisterWindow Registers { get; }

        internal void Run(Func<Task> work) => Platform.Run(work);

        /// <summary>What is found, but for the buffers of a pool that the plant needs.</summary>
        internal List<string> Find(IEnumerable<CommonBuffer>? needed = null)
        {
            var names = (needed ?? []).Select(b => $"common buffer '{b.Name}' was never disposed").ToHashSet();
            return [.. _leaks.Find(Platform, [Function.Domain]).Where(found => !names.Contains(found))];
        }

        public void Dispose() => Platform.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }
}
