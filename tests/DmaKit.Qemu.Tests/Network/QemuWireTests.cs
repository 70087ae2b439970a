namespace DmaKit.Qemu.Tests;

/// <summary>A wire into this process: its names, and what it refuses. Frames go through it in the suite of the network card.</summary>
public sealed class QemuWireTests
{
    [Fact]
    public async Task It_has_no_name_once_both_ends_are_connected()
    {
        QemuMachine.Require();
        using var wire = new QemuWire();
        string backend = wire.Backend("n0"), card = CardPath(wire);
        await using QemuPlatform machine = await QemuMachine.StartAsync(new() { Devices = ["rtl8139,netdev=n0"], NetworkBackends = [backend] });
        Assert.True(Path.Exists(card), "QEMU has not made its end");
        wire.Connect();
        Assert.False(Path.Exists(Path.GetDirectoryName(card)), "the folder is still there");
    }

    [Fact]
    public void Where_there_is_no_qemu_it_connects_to_nothing()
    {
        using var wire = new QemuWire();
        Assert.Throws<System.Net.Sockets.SocketException>(wire.Connect);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(QemuWire.LongestFrame + 1)]
    public async Task A_frame_of_an_impossible_length_is_refused(int length)
    {
        using var wire = new QemuWire();
        ArgumentOutOfRangeException refused = await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => wire.SendAsync(new byte[length]).AsTask());
        Assert.Contains($"A frame of {length} bytes; legal: 1 to 65536", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_wire_that_is_given_up_leaves_no_folder()
    {
        string folder;
        using (var wire = new QemuWire()) folder = Path.GetDirectoryName(CardPath(wire))!;
        Assert.StartsWith(Path.Combine(Path.GetTempPath(), PrivateDirectory.Prefix), folder, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder));
    }

    private static string CardPath(QemuWire wire) =>
        wire.Backend("n0").Split(',').Single(o => o.StartsWith("local.path=", StringComparison.Ordinal))["local.path=".Length..];
}
