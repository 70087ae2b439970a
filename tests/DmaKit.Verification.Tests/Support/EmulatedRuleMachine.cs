using DmaKit.Devices;
using DmaKit.Emulation;

namespace DmaKit.Verification.Tests;

/// <summary>A stepped machine in this process.</summary>
internal sealed class EmulatedRuleMachine(EmulatedPlatform machine) : RuleMachine(machine)
{
    public static EmulatedRuleMachine Start(RuleOptions options)
    {
        var limits = new EmulatedPlatformOptions { MemoryBytes = 64 << 20, Stepped = true, Iommu = options.Iommu, AllowMessages = options.Messages };
        return new EmulatedRuleMachine(new EmulatedPlatform(options.MapRegisters is { } registers ? limits with { MapRegisters = registers } : limits));
    }

    public override string AddEdu() => machine.Add(new EduDevice(new EduOptions { TransferDelay = TimeSpan.Zero }));

    public override void RunUntilIdle() => machine.RunUntilIdle();

    public override void Advance(TimeSpan time) => machine.Advance(time);
}
