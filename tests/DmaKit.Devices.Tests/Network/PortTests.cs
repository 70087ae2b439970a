using System.Net.Sockets;
using DmaKit.Formats;

namespace DmaKit.Devices.Tests;

/// <summary>What a card's wire can lead to.</summary>
public sealed class PortTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("dmakit-ports-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void A_capture_is_received_and_another_is_written()
    {
        var source = new MemoryStream();
        using (var writer = new CaptureWriter(source, new CaptureWriterOptions { LeaveOpen = true }))
            for (int i = 0; i < 3; i++) writer.Write(default, CardBench.Frame(60 + i));
        source.Position = 0;
        var target = new MemoryStream();
        var port = new CapturePort(CaptureReader.Open(source), new CaptureWriter(target));
        using (port)
        {
            port.Connect(() => { });
            for (int i = 0; i < 3; i++)
            {
                Assert.True(port.TryPeek(out ReadOnlySpan<byte> frame));
                Assert.Equal(60 + i, frame.Length);
                Assert.True(port.TryPeek(out frame));
                Assert.True(port.TrySend(frame));
                port.Take();
            }

            Assert.False(port.TryPeek(out _));
            Assert.True(port.IsAtEnd);
            Assert.Null(port.Failure);
        }

        using CaptureReader read = CaptureReader.Open(new MemoryStream(target.ToArray()));
        for (int i = 0; i < 3; i++) Assert.True(read.Read());
        Assert.Equal(62, read.Packet.Data.Length);
        Assert.False(read.Read());
    }

    [Fact]
    public void A_capture_that_is_malformed_takes_the_link_down_and_is_told()
    {
        var source = new MemoryStream();
        using (var writer = new CaptureWriter(source, new CaptureWriterOptions { LeaveOpen = true })) writer.Write(default, CardBench.Frame(60));
        using var port = new CapturePort(CaptureReader.Open(new MemoryStream(source.ToArray()[..^1])), null);
        port.Connect(() => { });
        Assert.False(port.TryPeek(out _));
        Assert.IsType<MalformedFileException>(port.Failure);
        Assert.False(port.IsUp);
    }

    [Fact]
    public void A_pipe_is_no_file()
    {
        using var pipe = new System.IO.Pipes.AnonymousPipeServerStream();
        ArgumentException error = Assert.Throws<ArgumentException>(() => new CapturePort(null, new CaptureWriter(pipe)));
        Assert.Contains("could keep the device waiting", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_port_has_one_card()
    {
        using var port = new ProgramPort();
        port.Connect(() => { });
        Assert.Throws<InvalidOperationException>(() => port.Connect(() => { }));
    }

    [Fact]
    public async Task A_socket_carries_a_frame_a_datagram_both_ways()
    {
        string here = Path.Combine(_folder.FullName, "here"), there = Path.Combine(_folder.FullName, "there");
        using var other = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        other.Bind(new UnixDomainSocketEndPoint(there));
        var came = new SemaphoreSlim(0);
        using (var port = new DatagramSocketPort(here, there))
        {
            port.Connect(() => came.Release());
            for (int i = 0; i < 50; i++)
            {
                await other.SendToAsync(CardBench.Frame(60 + i), new UnixDomainSocketEndPoint(here), TestContext.Current.CancellationToken);
                int length;
                while (!Peek(port, out length)) Assert.True(await came.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken));
                Assert.Equal(60 + i, length);
                port.Take();
                while (!port.TrySend(CardBench.Frame(length))) Assert.True(await came.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken));
                byte[] back = new byte[2000];
                Assert.Equal(length, await other.ReceiveAsync(back, TestContext.Current.CancellationToken));
            }

            Assert.Equal(0, port.Lost);
            Assert.True(Path.Exists(here));
        }

        Assert.False(Path.Exists(here));
    }

    [Fact]
    public async Task Nobody_at_the_other_end_loses_frames_and_counts_them()
    {
        var told = new SemaphoreSlim(0);
        using var port = new DatagramSocketPort(Path.Combine(_folder.FullName, "here"), Path.Combine(_folder.FullName, "nobody"));
        port.Connect(() => told.Release());
        for (int i = 0; i < 3; i++)
            while (!port.TrySend(CardBench.Frame(60))) Assert.True(await told.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken));
        while (port.Lost < 3) Assert.True(await told.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken));
    }

    [Fact]
    public void A_socket_that_was_left_behind_is_replaced_and_anything_else_is_not()
    {
        string path = Path.Combine(_folder.FullName, "stale");
        using (var left = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified)) left.Bind(new UnixDomainSocketEndPoint(path));
        using (var port = new DatagramSocketPort(path)) Assert.True(Path.Exists(path));
        using (var used = new DatagramSocketPort(path)) Assert.Throws<IOException>(() => new DatagramSocketPort(path));
        File.WriteAllText(path, "data");
        Assert.Throws<IOException>(() => new DatagramSocketPort(path));
        Assert.Equal("data", File.ReadAllText(path));
    }

    private static bool Peek(NetworkPort port, out int length)
    {
        bool any = port.TryPeek(out ReadOnlySpan<byte> frame);
        length = frame.Length;
        return any;
    }
}
