using DmaKit.Platforms;

namespace DmaKit.Verification.Tests;

/// <summary>What the driver of a rule runs on: a machine with an edu device.</summary>
internal sealed class RuleBench : IAsyncDisposable
{
    /// <summary>Where the edu device's own memory is to its transfer engine.</summary>
    public const ulong EduMemory = 0x40000;

    private static readonly DmaConstraints s_limits = new() { AddressBits = 28 };

    private readonly bool _ownsMachine;

    private RuleBench(RuleMachine machine, DmaVerifier verifier, PciFunction function, bool busMaster, bool ownsMachine)
    {
        Machine = machine;
        Verifier = verifier;
        _ownsMachine = ownsMachine;
        Function = function;
        function.BusMaster = busMaster;
        Dma = function.CreateAdapter(s_limits);
        Registers = function.MapBar(0);
        machine.Drives(Registers);
    }

    public RuleMachine Machine { get; }

    public DmaVerifier Verifier { get; }

    public PciFunction Function { get; }

    public DmaAdapter Dma { get; }

    public RegisterWindow Registers { get; }

    /// <summary>Opens an edu device, which the bench closes again; the machine stays.</summary>
    public static async Task<RuleBench> OpenAsync(RuleMachine machine, DmaVerifier verifier, string edu, RuleOptions options) =>
        new(machine, verifier, await machine.OpenAsync(edu), options.BusMaster, ownsMachine: false);

    /// <summary>Makes a machine of our own, which goes with the bench.</summary>
    public static async Task<RuleBench> OpenAsync(RuleOptions options)
    {
        RuleMachine machine = EmulatedRuleMachine.Start(options);
        DmaVerifier verifier = DmaVerifier.Attach(machine.Platform, options.Verifier);
        return new RuleBench(machine, verifier, await machine.OpenAsync(machine.AddEdu()), options.BusMaster, ownsMachine: true);
    }

    /// <summary>Has the edu device copy bytes from its own memory to a place that the driver names, and ends when it has.</summary>
    public void EduWrites(LogicalAddress to, int bytes) => Edu(EduMemory, to.Value, bytes, toMemory: true);

    /// <summary>Has the edu device read bytes from a place that the driver names.</summary>
    public void EduReads(LogicalAddress from, int bytes) => Edu(from.Value, EduMemory, bytes, toMemory: false);

    public async ValueTask DisposeAsync()
    {
        await Dma.DisposeAsync();
        await Function.DisposeAsync();
        if (_ownsMachine) await Machine.DisposeAsync();
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
