using DmaKit.Devices;

namespace DmaKit.Cli;

/// <summary>A device model as the fuzzer sees it.</summary>
/// <param name="Model">The model, without a host.</param>
/// <param name="Wire">The other end of its wire; null without one.</param>
/// <param name="Clear">Takes back what programs changed in what is behind the device; null where there is nothing.</param>
internal sealed record ModelUnderTest(DeviceModel Model, NetworkPort? Wire = null, Action? Clear = null)
{
    private const int DiskLength = 256 * 1024;

    /// <summary>The library's own models, by number.</summary>
    internal static IReadOnlyList<Func<ModelUnderTest>> Ours { get; } =
    [
        () => new ModelUnderTest(new EduDevice()),
        () => new ModelUnderTest(new MailboxDevice()),
        Fusion,
        Network,
        () => new ModelUnderTest(new Es1370Device(new WholeFrames(), new WholeFrames())),
        () => new ModelUnderTest(new MailboxDevice(new MailboxOptions { PacketDelay = TimeSpan.FromMicroseconds(20), NeedsPageAligned = true })),
        SlowNetwork,
    ];

    private static ModelUnderTest Fusion()
    {
        var disk = new FuzzDisk(DiskLength, isReadOnly: false);
        return new ModelUnderTest(new FusionMptAdapter([new ScsiDisk(disk), null, null, new ScsiDisk(new FuzzDisk(DiskLength, isReadOnly: true))]), Clear: disk.Clear);
    }

    private static ModelUnderTest Network()
    {
        var cable = new NetworkCable(capacity: 4);
        return new ModelUnderTest(new Rtl8139Device(cable.First), cable.Second);
    }

    /// <summary>A card whose frames take time, on a wire that does not wait.</summary>
    private static ModelUnderTest SlowNetwork()
    {
        var cable = new NetworkCable(capacity: 2, waitsForRoom: false);
        return new ModelUnderTest(new Rtl8139Device(cable.First, new Rtl8139Options { FrameTime = TimeSpan.FromMicroseconds(10) }), cable.Second);
    }
}
