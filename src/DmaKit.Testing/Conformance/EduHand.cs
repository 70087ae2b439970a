using DmaKit.Platforms;

namespace DmaKit.Testing;

/// <summary>Plays the device's side with QEMU's <c>edu</c> device or a model of it (1234:11e8).</summary>
/// <remarks>
/// Registers, from the device's public specification: 0x24 interrupt status, 0x60 raise, 0x64 acknowledge, 0x80 source,
/// 0x88 destination, 0x90 count, 0x98 command (bit 0 start and busy, bit 1 towards memory). Its buffer is at 0x40000 on its own side.
/// </remarks>
public sealed class EduHand : DeviceHand
{
    private const int Status = 0x24, Raise = 0x60, Acknowledge = 0x64, Source = 0x80, Destination = 0x88, Count = 0x90, Command = 0x98;
    private const ulong Buffer = 0x40000;

    private readonly TimeProvider _clock;

    private EduHand(PciFunction function)
    {
        Function = function;
        Registers = function.MapBar(0);
        _clock = function.Platform.Clock;
    }

    /// <inheritdoc/>
    public override PciFunction Function { get; }

    /// <inheritdoc/>
    public override DmaConstraints Constraints { get; } = new() { AddressBits = 28, MaxElements = 1 };

    /// <inheritdoc/>
    public override RegisterWindow Registers { get; }

    /// <summary>Some versions of the device stop at a transfer of all 4,096 bytes, so one less is used.</summary>
    public override int MaximumCopy => 4095;

    /// <summary>Opens the first edu device of a platform.</summary>
    /// <param name="platform">The platform.</param>
    /// <exception cref="InvalidOperationException">It has none.</exception>
    public static async ValueTask<EduHand> OpenAsync(DmaPlatform platform)
    {
        ArgumentNullException.ThrowIfNull(platform);
        PciFunctionInfo info = platform.Functions.FirstOrDefault(f => f is { VendorId: 0x1234, DeviceId: 0x11E8 })
            ?? throw new InvalidOperationException($"Platform '{platform.Name}' has no edu device (1234:11e8) for the conformance suite.");
        return new EduHand(await platform.OpenAsync(info.Address).ConfigureAwait(false));
    }

    /// <inheritdoc/>
    public override async ValueTask CopyAsync(LogicalAddress from, LogicalAddress to, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, MaximumCopy);
        await TransferAsync(from.Value, Buffer, length, towardsMemory: false).ConfigureAwait(false);
        await TransferAsync(Buffer, to.Value, length, towardsMemory: true).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override void RaiseInterrupt() => Registers.Write32(Raise, 1);

    /// <inheritdoc/>
    public override bool AcknowledgeInterrupt()
    {
        uint raised = Registers.Read32(Status);
        if (raised != 0) Registers.Write32(Acknowledge, raised);
        return raised != 0;
    }

    /// <inheritdoc/>
    public override ValueTask DisposeAsync() => Function.DisposeAsync();

    private async ValueTask TransferAsync(ulong source, ulong destination, int length, bool towardsMemory)
    {
        Registers.Write64(Source, source);
        Registers.Write64(Destination, destination);
        Registers.Write64(Count, (ulong)length);
        Registers.Write64(Command, towardsMemory ? 3u : 1u);

        // The device takes its time (100 ms by the machine's clock on QEMU), so polling pauses on that clock.
        while ((Registers.Read32(Command) & 1) != 0)
            await Task.Delay(TimeSpan.FromMilliseconds(1), _clock).ConfigureAwait(false);
    }
}
