using DmaKit.Devices;
using DmaKit.Emulation;
using DmaKit.Platforms;

namespace DmaKit.Verification.Tests;

/// <summary>What the driver of a rule runs on: a stepped machine with an edu device, watched by a verifier.</summary>
internal sealed class RuleBench : IAsyncDisposable
{
    /// <summary>Where the edu device's own memory is to its transfer engine.</summary>
    public const ulong EduMemory = 0x40000;

    private static readonly DmaConstraints s_limits = new() { AddressBits = 28 };

    private RuleBench(EmulatedPlatform machine, DmaVerifier verifier, PciFunction function, bool busMaster)
    {
        Machine = machine;
        Verifier = verifier;
        Function = function;
        function.BusMaster = busMaster;
        Dma = function.CreateAdapter(s_limits);
        Registers = function.MapBar(0);
    }

    public EmulatedPlatform Machine { get; }

    public DmaVerifier Verifier { get; }

    public PciFunction Function { get; }

    public DmaAdapter Dma { get; }

    public RegisterWindow Registers { get; }

    public static async Task<RuleBench> OpenAsync(RuleOptions options)
    {
        var limits = new EmulatedPlatformOptions { MemoryBytes = 64 << 20, Stepped = true, Iommu = options.Iommu, AllowMessages = options.Messages };
        var machine = new EmulatedPlatform(options.MapRegisters is { } registers ? limits with { MapRegisters = registers } : limits);
        DmaVerifier verifier = DmaVerifier.Attach(machine, options.Verifier);
        string address = machine.Add(new EduDevice(new EduOptions { TransferDelay = TimeSpan.Zero }));
        return new RuleBench(machine, verifier, await machine.OpenAsync(address), options.BusMaster);
    }

    /// <summary>Has the edu device copy bytes from its own memory to a place that the driver names, and ends when it has.</summary>
    public void EduWrites(LogicalAddress to, int bytes) => Edu(EduMemory, to.Value, bytes, toMemory: true);

    /// <summary>Has the edu device read bytes from a place that the driver names.</summary>
    public void EduReads(LogicalAddress from, int bytes) => Edu(from.Value, EduMemory, bytes, toMemory: false);

    public async ValueTask DisposeAsync()
    {
        await Dma.DisposeAsync();
        await Function.DisposeAsync();
        await Machine.DisposeAsync();
    }

    private void Edu(ulong from, ulong to, int bytes, bool toMemory)
    {
        Registers.Write64(0x80, from);
        Registers.Write64(0x88, to);
        Registers.Write64(0x90, (ulong)bytes);
        Registers.Write64(0x98, toMemory ? 3UL : 1UL);
        Machine.RunUntilIdle();
    }
}
