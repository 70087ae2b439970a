using System.Text;
using System.Text.Json;
using DmaKit.Emulation;

namespace DmaKit.Tests;

/// <summary>Requests that wait for each other: found when it happens, with a report, and never where somebody can still finish.</summary>
public sealed class DeadlockTests
{
    [Fact]
    public async Task R2_TenRegistersAndThreeRequests()
    {
        await using TestMachine machine = Machine(10);
        DmaRequest x = machine.Dma.Domain.CreateRequest("X");
        DmaRequest z = machine.Dma.Domain.CreateRequest("Z");
        DmaRequest y = machine.Dma.Domain.CreateRequest("Y");
        machine.Run(async () =>
        {
            DmaMapping held = await MapAsync(machine, 6, x);
            DmaMapping other = await MapAsync(machine, 2, z);
            Task<DmaMapping> more = MapAsync(machine, 4, x).AsTask();
            Task<DmaMapping> small = MapAsync(machine, 2, y).AsTask();
            Assert.Equal(0, machine.Dma.Domain.Deadlocks);
            Task<DmaMapping> last = MapAsync(machine, 3, z).AsTask();

            DmaDeadlockException error = await Assert.ThrowsAsync<DmaDeadlockException>(() => last);
            Assert.Equal("Z", error.Report.Victim);
            Assert.Equal(
                """
                deadlock of 2 requests; the wait of Z fails
                  X holds 6 map registers and waits for 4 map registers
                  Z holds 2 map registers and waits for 3 map registers
                  10 map registers: 2 free, 8 held by the deadlocked, 0 by others, 1 waiting behind
                    Y waits for 2 map registers

                """.ReplaceLineEndings("\n"),
                Text(error.Report));
            Assert.False(more.IsCompleted || small.IsCompleted, "what Z holds is still Z's");

            other.Complete(0);
            DmaMapping all = await more;
            Assert.False(small.IsCompleted, "Y passed X");
            all.Complete(0);
            held.Complete(0);
            (await small).Complete(0);
            Assert.Equal(1, machine.Dma.Domain.Deadlocks);
            Assert.Equal(10, machine.Dma.Domain.MapRegisters.Free);
            Assert.All([x, y, z], r => Assert.True(r.IsIdle));
        });
    }

    [Fact]
    public async Task R2_TheReportIsJsonToo()
    {
        await using TestMachine machine = Machine(2);
        DmaRequest alone = machine.Dma.Domain.CreateRequest("alone");
        machine.Run(async () =>
        {
            using DmaMapping held = await MapAsync(machine, 1, alone);
            DmaDeadlockException error = await Assert.ThrowsAsync<DmaDeadlockException>(() => MapAsync(machine, 2, alone).AsTask());
            using var json = new MemoryStream();
            using (var writer = new Utf8JsonWriter(json)) error.Report.WriteJson(writer);
            Assert.Equal(
                """{"victim":"alone","requests":[{"request":"alone","holds":[{"resource":"map registers","amount":1,"oneRun":false}],"waitsFor":[{"resource":"map registers","amount":2,"oneRun":false}]}]"""
                + ""","resources":[{"resource":"map registers","total":2,"free":1,"heldByDeadlocked":1,"waitingBehind":[]}]}""",
                Encoding.UTF8.GetString(json.ToArray()));
        });
    }

    [Fact]
    public async Task R2_AHolderWithoutANameCountsAsAbleToFinish()
    {
        await using TestMachine machine = Machine(4);
        DmaRequest named = machine.Dma.Domain.CreateRequest("named");
        machine.Run(async () =>
        {
            DmaMapping unnamed = await machine.Dma.MapAsync(new byte[2 * 4096], DmaDirection.ToDevice);
            DmaMapping held = await MapAsync(machine, 2, named);
            Task<DmaMapping> wait = MapAsync(machine, 2, named).AsTask();
            Assert.False(wait.IsCompleted);
            unnamed.Complete(0);
            (await wait).Complete(0);
            held.Complete(0);
            Assert.Equal(0, machine.Dma.Domain.Deadlocks);
        });
    }

    [Fact]
    public async Task R2_WhoHoldsSomethingIsServedFirstAndBothInOrder()
    {
        await using TestMachine machine = Machine(8);
        var order = new List<string>();
        machine.Run(async () =>
        {
            DmaMapping block = await machine.Dma.MapAsync(new byte[5 * 4096], DmaDirection.ToDevice);
            DmaRequest[] holders = [.. Enumerable.Range(0, 3).Select(i => machine.Dma.Domain.CreateRequest($"holder {i}"))];
            var held = new List<DmaMapping>();
            foreach (DmaRequest holder in holders) held.Add(await MapAsync(machine, 1, holder));
            async Task Wait(string name, DmaRequest? request, int pages)
            {
                DmaMapping mapping = await MapAsync(machine, pages, request);
                order.Add(name);
                mapping.Complete(0);
            }

            Task all = Task.WhenAll(
                Wait("nothing 1", null, 1), Wait("nothing 2", machine.Dma.Domain.CreateRequest("n"), 5), Wait("holder 1", holders[1], 5), Wait("nothing 3", null, 1), Wait("holder 0", holders[0], 1));
            block.Complete(0);
            await all;
            foreach (DmaMapping mapping in held) mapping.Complete(0);
        });
        Assert.Equal(["holder 1", "holder 0", "nothing 1", "nothing 2", "nothing 3"], order);
    }

    [Fact]
    public async Task R2_WhereOnlyTheOrderIsInTheWayGrantsFollowTheReduction()
    {
        await using TestMachine machine = Machine(10);
        DmaRequest first = machine.Dma.Domain.CreateRequest("first");
        DmaRequest second = machine.Dma.Domain.CreateRequest("second");
        machine.Run(async () =>
        {
            DmaMapping a = await MapAsync(machine, 2, first);
            DmaMapping b = await MapAsync(machine, 6, second);
            Task<DmaMapping> large = MapAsync(machine, 5, first).AsTask();
            Assert.False(large.IsCompleted);
            Task<DmaMapping> small = MapAsync(machine, 2, second).AsTask();
            (await small).Complete(0);
            Assert.False(large.IsCompleted);
            b.Complete(0);
            (await large).Complete(0);
            a.Complete(0);
            Assert.Equal(0, machine.Dma.Domain.Deadlocks);
        });
    }

    [Fact]
    public async Task R2_PacketsBlocksAndRegistersAreOneAccount()
    {
        await using TestMachine machine = Machine(4);
        DmaDomain domain = machine.Dma.Domain;
        await using var commands = CommandPool<TestPacket, int>.CreateUpTo(machine.Dma, 1, 1, new CommandPoolOptions { Name = "commands" });
        using BlockPool blocks = BlockPool.Create(machine.Dma, new BlockPoolOptions { BlockLength = 64, Count = 1, Name = "lists" });
        DmaRequest[] r = [.. Enumerable.Range(0, 3).Select(i => domain.CreateRequest($"R{i}"))];
        machine.Run(async () =>
        {
            Command<TestPacket, int> packet = await commands.RentAsync(r[0]);
            Block block = await blocks.RentAsync(r[1]);
            DmaMapping registers = await MapAsync(machine, 4, r[2]);
            Task<Block> wantsBlock = blocks.RentAsync(r[0]).AsTask();
            Task<DmaMapping> wantsRegisters = MapAsync(machine, 1, r[1]).AsTask();
            Assert.Equal(0, domain.Deadlocks);
            DmaDeadlockException error = await Assert.ThrowsAsync<DmaDeadlockException>(() => commands.RentAsync(r[2]).AsTask());
            Assert.Equal(
                """
                deadlock of 3 requests; the wait of R2 fails
                  R0 holds 1 packet of 'commands' and waits for 1 block of 'lists'
                  R1 holds 1 block of 'lists' and waits for 1 map register
                  R2 holds 4 map registers and waits for 1 packet of 'commands'
                  1 block of 'lists': 0 free, 1 held by the deadlocked, 0 by others, 0 waiting behind
                  1 packet of 'commands': 0 free, 1 held by the deadlocked, 0 by others, 0 waiting behind
                  4 map registers: 0 free, 4 held by the deadlocked, 0 by others, 0 waiting behind

                """.ReplaceLineEndings("\n"),
                Text(error.Report));
            registers.Complete(0);
            (await wantsRegisters).Complete(0);
            block.Dispose();
            (await wantsBlock).Dispose();
            packet.Dispose();
            Assert.All(r, x => Assert.True(x.IsIdle));
        });
    }

    [Fact]
    public async Task R2_TheTurnOfADeviceWithoutListsIsPartOfTheAccount()
    {
        await using var machine = new TestMachine(
            new EmulatedPlatformOptions { MemoryBytes = 64 << 20, MapRegisters = 4 }, new DmaConstraints { AddressBits = 28, ScatterGather = false });
        DmaRequest named = machine.Dma.Domain.CreateRequest("named");
        machine.Run(async () =>
        {
            await using DmaAdapter other = machine.Function.CreateAdapter(new DmaConstraints { AddressBits = 28 });
            DmaMapping held = await other.MapAsync(new byte[3 * 4096], DmaDirection.ToDevice, new MappingOptions { Request = named });
            Task<DmaMapping> unnamed = machine.Dma.MapAsync(new byte[2 * 4096], DmaDirection.ToDevice).AsTask();
            Assert.False(unnamed.IsCompleted, "the turn is there, and one register of two");

            // It holds the turn and waits for what the named request holds, which now waits for the turn: the newest gives way.
            Task<DmaMapping> turn = machine.Dma.MapAsync(new byte[4096], DmaDirection.ToDevice, new MappingOptions { Request = named }).AsTask();
            DmaDeadlockException error = await Assert.ThrowsAsync<DmaDeadlockException>(() => unnamed);
            Assert.Equal($"unnamed mapping of {machine.Function.Info.Address}", error.Report.Victim);
            (await turn).Complete(0);
            held.Complete(0);
        });
    }

    [Fact]
    public async Task E1_ARequestOfAnotherDomainIsRefused()
    {
        await using TestMachine machine = Machine(4);
        await using TestMachine other = Machine(4);
        DmaRequest foreign = other.Dma.Domain.CreateRequest("foreign");
        var error = Assert.Throws<DmaMisuseException>(() => { machine.Dma.TryMap(new byte[1], DmaDirection.ToDevice, new MappingOptions { Request = foreign }, out _); });
        Assert.Contains("'foreign'", error.Message, StringComparison.Ordinal);
    }

    private static string Text(DmaDeadlockReport report)
    {
        using var text = new StringWriter { NewLine = "\n" };
        report.WriteText(text);
        return text.ToString();
    }

    private static TestMachine Machine(int registers) => new(new EmulatedPlatformOptions { MemoryBytes = 64 << 20, MapRegisters = registers });

    private static ValueTask<DmaMapping> MapAsync(TestMachine machine, int pages, DmaRequest? request) =>
        machine.Dma.MapAsync(new byte[pages * 4096], DmaDirection.ToDevice, new MappingOptions { Request = request });
}
