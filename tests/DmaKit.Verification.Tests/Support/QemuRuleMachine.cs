using DmaKit.Platforms;
using DmaKit.Qemu;
using DmaKit.Qemu.Tests;

namespace DmaKit.Verification.Tests;

/// <summary>QEMU's machine with VT-d and its own edu devices.</summary>
internal sealed class QemuRuleMachine(QemuPlatform machine) : RuleMachine(machine)
{
    private const long EduCommand = 0x98;

    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);

    private readonly Queue<string> _edus = new(machine.Functions.Where(f => f is { VendorId: 0x1234, DeviceId: 0x11E8 }).Select(f => f.Address));
    private RegisterWindow? _edu;

    /// <summary>Starts QEMU with an edu device for the drivers, and one for each of the two that wants a second; or skips the test.</summary>
    public static async Task<QemuRuleMachine> StartAsync(RuleOptions options)
    {
        var limits = new QemuPlatformOptions { MemoryBytes = 64 << 20, Devices = ["edu", "edu", "edu"], Iommu = true, AllowMessages = options.Messages };
        return new QemuRuleMachine(await QemuMachine.StartAsync(options.MapRegisters is { } registers ? limits with { MapRegisters = registers } : limits));
    }

    public override string AddEdu() => _edus.Dequeue();

    public override void Drives(RegisterWindow edu) => _edu = edu;

    public override void RunUntilIdle()
    {
        // QEMU's edu takes 100 ms for each transfer.
        if (_edu is { } edu) Assert.True(SpinWait.SpinUntil(() => (edu.Read32(EduCommand) & 1) == 0, s_limit), "The edu device did not end.");
        Assert.True(machine.SettleAsync().AsTask().Wait(s_limit), "QEMU's interrupts did not end.");
    }

    public override void Advance(TimeSpan time) => throw new NotSupportedException("QEMU's time is the real one.");
}
