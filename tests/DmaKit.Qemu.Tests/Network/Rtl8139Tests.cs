using System.Net.Sockets;
using DmaKit.Drivers;
using DmaKit.Platforms;

namespace DmaKit.Qemu.Tests;

/// <summary>The network driver on QEMU's model of its card, whose wire is a socket of the test.</summary>
public sealed class Rtl8139Tests : IDisposable
{
    private const int Packets = 300, Depth = 8, PlaceBytes = 16 * 1024;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("dmakit-net-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public async Task N1_Packets_in_pieces_go_out_whole_and_packets_come_in_whole(bool iommu, bool above4G)
    {
        QemuMachine.Require();
        string card = Path.Combine(_folder.FullName, "card"), wire = Path.Combine(_folder.FullName, "wire");
        using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(wire));
        await using QemuPlatform machine = await QemuMachine.StartAsync(new QemuPlatformOptions
        {
            Devices = ["rtl8139,addr=6,netdev=n0"],
            NetworkBackends = [$"dgram,id=n0,local.type=unix,local.path={card},remote.type=unix,remote.path={wire}"],
            Iommu = iommu,
            MemoryBytes = 64 << 20,
            LowMemoryBytes = above4G ? 32 << 20 : null,
            SystemBuffersAbove4G = above4G,
        });
        await using PciFunction function = await machine.OpenAsync("0000:00:06.0", TestContext.Current.CancellationToken);
        await using Rtl8139Driver driver = await Rtl8139Driver.StartAsync(
            function, new Rtl8139DriverOptions { Promiscuous = true, ReceiveRingBytes = 8192 }, TestContext.Current.CancellationToken);
        Assert.True(driver.LinkIsUp);
        byte[][] frames = Frames();
        Task<byte[][]> onWire = Task.Run(() => FromWire(socket, frames.Length), TestContext.Current.CancellationToken);
        await SendAsync(machine, driver, frames);
        AssertSame(frames, await onWire);

        // QEMU holds back what the ring has no room for: nothing is lost.
        Task feeding = Task.Run(() => ToWire(socket, card, frames), TestContext.Current.CancellationToken);
        var came = new byte[frames.Length][];
        byte[] buffer = new byte[Rtl8139Driver.LongestReceived];
        for (int i = 0; i < came.Length; i++)
        {
            int length = await driver.ReceiveAsync(buffer, TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
            came[i] = buffer[..length];
        }

        await feeding;
        AssertSame(frames, came);
        Assert.Equal((0, 0), (driver.Statistics.ReceiverResets, driver.Statistics.CardResets));
        Assert.Empty(machine.Misuse.Reports);
    }

    private static byte[][] Frames()
    {
        var random = new Random(11);
        var frames = new byte[Packets][];
        for (int i = 0; i < frames.Length; i++)
        {
            frames[i] = new byte[random.Next(60, 1515)];
            random.NextBytes(frames[i]);
        }

        return frames;
    }

    private static async Task SendAsync(QemuPlatform machine, Rtl8139Driver driver, byte[][] frames)
    {
        using SystemBuffer memory = machine.AllocateSystemBuffer(Depth * PlaceBytes);
        var sending = new ValueTask<TransmitStatus>[Depth];
        BufferChain[] chains = [.. Enumerable.Range(0, Depth).Select(_ => BufferChain.Rent())];
        for (int i = 0; i < frames.Length + Depth; i++)
        {
            int place = i % Depth;
            if (i >= Depth && i - Depth < frames.Length) Assert.Equal(TransmitStatus.Sent, await sending[place]);
            if (i >= frames.Length) continue;
            chains[place].Clear();
            int pieces = 1 + i % 5, step = frames[i].Length / pieces;
            for (int piece = 0; piece < pieces; piece++)
            {
                Memory<byte> part = memory.Memory(place * PlaceBytes + piece * 3000, piece == pieces - 1 ? frames[i].Length - piece * step : step);
                frames[i].AsSpan(piece * step, part.Length).CopyTo(part.Span);
                chains[place].Add(part);
            }

            sending[place] = driver.SendAsync(chains[place]);
        }

        foreach (BufferChain chain in chains) chain.Dispose();
    }

    private static byte[][] FromWire(Socket socket, int count)
    {
        socket.ReceiveTimeout = 30_000;
        byte[] buffer = new byte[4096];
        return [.. Enumerable.Range(0, count).Select(_ => buffer[..socket.Receive(buffer)])];
    }

    private static void ToWire(Socket socket, string card, byte[][] frames)
    {
        var there = new UnixDomainSocketEndPoint(card);
        foreach (byte[] frame in frames) socket.SendTo(frame, there);
    }

    private static void AssertSame(byte[][] expected, byte[][] actual)
    {
        for (int i = 0; i < expected.Length; i++) Assert.True(expected[i].AsSpan().SequenceEqual(actual[i]), $"packet {i} of {expected[i].Length} bytes came with {actual[i].Length} or others");
    }
}
