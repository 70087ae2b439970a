using DmaKit.Devices;
using DmaKit.Emulation;
using DmaKit.Platforms;

namespace DmaKit.Tests.Adapters;

/// <summary>The two ways into the core: observers, and memory that stands between the core and the platform.</summary>
public sealed class SeamTests
{
    [Fact]
    public async Task ObserversAreToldInTheOrderOfBeingAdded_UntilTheyAreTakenAway()
    {
        var told = new List<string>();
        Teller first = new("first", told), second = new("second", told), third = new("third", told);
        await using var machine = new TestMachine(observer: first);
        machine.Platform.AddObserver(second);
        machine.Platform.AddObserver(third);
        machine.Dma.AllocateCommonBuffer(4096, new() { Name = "a" }).Dispose();
        Assert.Equal(["first", "second", "third"], told);

        machine.Platform.RemoveObserver(second);
        machine.Dma.AllocateCommonBuffer(4096, new() { Name = "b" }).Dispose();
        Assert.Equal(["first", "second", "third", "first", "third"], told);

        machine.Platform.RemoveObserver(first);
        machine.Platform.RemoveObserver(third);
        Assert.Null(machine.Platform.Observer);
    }

    [Fact]
    public async Task InterposedMemoryStandsNextToTheCore_TheLastOneFirst_OnceForEachDomain()
    {
        await using var machine = new EmulatedPlatform(new EmulatedPlatformOptions { MemoryBytes = 64 << 20, Stepped = true });
        var made = new List<string>();
        machine.InterposeMemory((domain, memory) => Make("inner", memory));
        machine.InterposeMemory((domain, memory) => Make("outer", memory));
        await using PciFunction card = await machine.OpenAsync(machine.Add(new EduDevice()), TestContext.Current.CancellationToken);
        await using DmaAdapter a = card.CreateAdapter(new DmaConstraints { AddressBits = 28 });
        await using DmaAdapter b = card.CreateAdapter(new DmaConstraints { AddressBits = 28 });
        Assert.Equal(["inner", "outer"], made);

        var outer = Assert.IsType<Refusing>(card.Domain.Memory);
        Assert.Equal("outer", outer.Name);
        outer.Refuse = true;
        Assert.False(a.TryAllocateCommonBuffer(4096, new() { Name = "none" }, out _));
        outer.Refuse = false;
        Assert.True(b.TryAllocateCommonBuffer(4096, new() { Name = "some" }, out CommonBuffer? buffer));
        buffer.Dispose();

        Refusing Make(string name, DomainMemory memory)
        {
            made.Add(name);
            return new Refusing(name, memory);
        }
    }

    [Fact]
    public async Task ACallThatIsRefusedIsTold_ThoughSomebodyForgetsTheException()
    {
        await using var machine = new TestMachine();
        var told = new List<MisuseReport>();
        machine.Platform.Misuse.Refused += told.Add;
        CommonBuffer buffer = machine.Dma.AllocateCommonBuffer(4096, new() { Name = "rx ring" });
        Assert.Throws<ArgumentOutOfRangeException>(() => buffer.Read<int>(4094));
        buffer.Dispose();
        Assert.Throws<ObjectDisposedException>(() => buffer.Read<int>(0));
        Assert.Equal(["buffer-access-outside", "buffer-used-after-dispose"], told.Select(r => r.Rule));
        Assert.All(told, r => Assert.Equal("rx ring", r.Owner));
        Assert.Empty(machine.Platform.Misuse.Reports);
    }

    private sealed class Teller(string name, List<string> told) : DmaObserver
    {
        public override void OnAllocated(CommonBuffer buffer) => told.Add(name);
    }

    /// <summary>Memory that gives nothing when told so.</summary>
    private sealed class Refusing(string name, DomainMemory inner) : DomainMemoryDecorator(inner)
    {
        public string Name => name;

        public bool Refuse { get; set; }

        public override bool TryAllocate(in RunRequest request, out MemoryRun run)
        {
            run = default;
            return !Refuse && base.TryAllocate(request, out run);
        }
    }
}
