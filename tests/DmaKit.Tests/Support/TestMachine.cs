using DmaKit.Devices;
using DmaKit.Emulation;
using DmaKit.Platforms;

namespace DmaKit.Tests;

/// <summary>A stepped machine with an edu device that is quick, open, and an adapter of the test's choice.</summary>
internal sealed class TestMachine : IAsyncDisposable
{
    public TestMachine(EmulatedPlatformOptions? options = null, DmaConstraints? limits = null, DmaObserver? observer = null, bool stepped = true)
    {
        Platform = new EmulatedPlatform((options ?? new EmulatedPlatformOptions { MemoryBytes = 64 << 20 }) with { Stepped = stepped });
        if (observer is not null) Platform.AddObserver(observer);
        string address = Platform.Add(new EduDevice(new EduOptions { TransferDelay = TimeSpan.Zero }));
        Function = Platform.OpenAsync(address).AsTask().GetAwaiter().GetResult();
        Function.BusMaster = true;
        Dma = Function.CreateAdapter(limits ?? new DmaConstraints { AddressBits = 28 });
        Registers = Function.MapBar(0);
    }

    public EmulatedPlatform Platform { get; }

    public PciFunction Function { get; }

    public DmaAdapter Dma { get; }

    public RegisterWindow Registers { get; }

    /// <summary>A register that the device does not have: writing it tells the device something all the same.</summary>
    public const long Doorbell = 0x70;

    public void Run(Func<Task> work) => Platform.Run(work);

    public async ValueTask DisposeAsync()
    {
        Dma.DeclareQuiet();
        await Dma.DisposeAsync();
        await Function.DisposeAsync();
        await Platform.DisposeAsync();
    }
}
