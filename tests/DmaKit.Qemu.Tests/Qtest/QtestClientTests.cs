using System.Net.Sockets;
using System.Text;

namespace DmaKit.Qemu.Tests;

/// <summary>The conversation, with this test in QEMU's place.</summary>
public sealed class QtestClientTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private readonly TempFolder _folder = new();
    private readonly Socket _peer = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly QtestClient _client;
    private readonly List<string> _lines = [];

    public QtestClientTests()
    {
        var door = new UnixDomainSocketEndPoint(_folder.File("door"));
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(door);
        listener.Listen(1);
        _peer.Connect(door);
        _client = new QtestClient(new SocketWire(listener.Accept(), Limit), Limit, trace: null)
        {
            LineChanged = (line, high) => _lines.Add($"{line}{(high ? "+" : "-")}"),
            Explain = why => $"explained: {why}",
        };
        _client.Start();
    }

    public void Dispose()
    {
        _client.Dispose();
        _peer.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Interrupt_lines_may_come_anywhere()
    {
        Task<ulong> read = Task.Run(() => _client.Read(0xE000_0000, 4));
        Assert.Equal("readl 0xe0000000\n", await HearAsync());
        Say("IRQ raise 22\nOK 0x0000");
        Say("0000deadbeef\nIRQ lower 22\n");
        Assert.Equal(0xDEAD_BEEFul, await read.WaitAsync(Limit));
        await Task.Run(() =>
        {
            _client.Write(1, 8, 2);
            Say("IRQ raise 16\nOK\n");
            _client.Flush();
        }).WaitAsync(Limit);
        Assert.Equal(["22+", "22-", "16+"], _lines);
    }

    [Fact]
    public async Task Writes_are_posted_and_a_flush_waits_for_all_of_them()
    {
        for (uint i = 0; i < 3; i++) _client.Out(0xCF8, 4, i);
        Assert.Equal("outl 0xcf8 0x0\noutl 0xcf8 0x1\noutl 0xcf8 0x2\n", await HearAsync());
        Task flush = Task.Run(_client.Flush);
        Say("OK\nOK\n");
        Assert.False(flush.IsCompleted);
        Say("OK\n");
        await flush.WaitAsync(Limit);
        _client.Flush();
    }

    [Theory]
    [InlineData("Segmentation fault\n", "makes no sense: 'Segmentation fault'")]
    [InlineData("OK 0x12zz\n", "makes no sense: 'OK 0x12zz'")]
    [InlineData("FAIL Unknown command 'readl'\n", "makes no sense: 'FAIL Unknown command 'readl''")]
    [InlineData("OK\n", "makes no sense: 'OK'")]
    [InlineData("OK 0x100000000\n", "makes no sense: 'OK 0x100000000'")]
    [InlineData("\u001b[2J\rno\n", "makes no sense: '\\x1b[2J\\x0dno'")]
    [InlineData("IRQ raise 999\n", "makes no sense: 'IRQ raise 999'")]
    public async Task Nonsense_is_a_lost_device(string said, string expected)
    {
        Task<ulong> read = Task.Run(() => _client.Read(0, 4));
        await HearAsync();
        Say(said);
        DeviceLostException lost = await Assert.ThrowsAsync<DeviceLostException>(() => read.WaitAsync(Limit));
        Assert.Contains($"explained: QEMU answered what {expected}", lost.Message, StringComparison.Ordinal);
        Assert.Equal(lost.Message, Assert.Throws<DeviceLostException>(() => _client.Write(0, 4, 0)).Message);
    }

    [Fact]
    public async Task A_reply_to_nothing_is_nonsense()
    {
        Say("OK\n");
        await Assert.ThrowsAsync<DeviceLostException>(() => Task.Run(() =>
        {
            while (true) _client.Read(0, 4);
        }).WaitAsync(Limit));
    }

    [Fact]
    public async Task The_end_of_the_connection_ends_whoever_waits()
    {
        Task<ulong>[] reads = [.. Enumerable.Range(0, 3).Select(i => Task.Run(() => _client.Read((ulong)i, 4)))];
        await HearAsync();
        _peer.Close();
        foreach (Task<ulong> read in reads)
        {
            DeviceLostException lost = await Assert.ThrowsAsync<DeviceLostException>(() => read.WaitAsync(Limit));
            Assert.StartsWith("explained: ", lost.Message, StringComparison.Ordinal);
        }
    }

    private void Say(string text) => _peer.Send(Encoding.UTF8.GetBytes(text));

    private async Task<string> HearAsync()
    {
        byte[] bytes = new byte[1024];
        return Encoding.UTF8.GetString(bytes, 0, await _peer.ReceiveAsync(bytes).WaitAsync(Limit));
    }
}
