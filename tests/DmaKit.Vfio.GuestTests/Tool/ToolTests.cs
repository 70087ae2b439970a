using System.Diagnostics;
using System.Runtime.Versioning;
using System.Text.Json;
using DmaKit.Cli;
using DmaKit.Cli.Tests;
using DmaKit.Drivers;
using DmaKit.Drivers.Tests;
using DmaKit.Formats;
using DmaKit.Platforms;

namespace DmaKit.Vfio.GuestTests;

/// <summary>The tool on this machine's own devices, by a user without any right but to their files.</summary>
[SupportedOSPlatform("linux")]
public sealed class ToolTests : IDisposable
{
    private const string SoundCard = "0000:00:07.0", NobodysDevice = "0000:00:1f.3";
    private const int SoundRate = 22_050;

    private readonly string _folder = Directory.CreateTempSubdirectory("dmakit-tool-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task E2_A_file_is_written_to_a_disk_read_back_and_compared()
    {
        Guest.Require();
        const int offset = 3 << 20, length = (1 << 20) + 300;
        byte[] data = Pattern.Bytes(length, 11);
        string from = PathOf("in"), to = PathOf("out");
        await File.WriteAllBytesAsync(from, data);
        (await RunAsync("disk write --image 1 --offset 3MiB --from", from)).Succeeded();
        ToolResult read = (await RunAsync($"disk read --image 1 --offset 3MiB --length {length} --json --to", to)).Succeeded();
        Assert.Contains("\"platform\": \"vfio\"", read.Output, StringComparison.Ordinal);
        Assert.Equal(data, await File.ReadAllBytesAsync(to));
        (await RunAsync("disk verify --image 1 --offset 3MiB --against", from)).Succeeded();

        // What QEMU has in the image outside.
        var outside = new byte[length];
        await using (FileStream image = File.Open(Guest.File("disk1"), FileMode.Open, FileAccess.Read, FileShare.ReadWrite))
        {
            image.Position = offset;
            await image.ReadExactlyAsync(outside);
        }

        Assert.Equal(data, outside);
        data[70_000] ^= 1;
        await File.WriteAllBytesAsync(from, data);
        Assert.Contains($"differ first at byte {offset + 70_000} of the disk", (await RunAsync("disk verify --image 1 --offset 3MiB --against", from)).SingleError(ExitCode.Failed), StringComparison.Ordinal);
        Assert.Contains("has room for", (await RunAsync("disk write --image 1 --offset 7680KiB --from", from)).SingleError(ExitCode.Failed), StringComparison.Ordinal);
        Assert.Contains("commands/s", (await RunAsync("disk bench --time 100ms --image", "1")).Succeeded().Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task E2_A_disk_is_copied_whole()
    {
        Guest.Require();
        byte[] data = Pattern.Bytes(200_000, 12);
        string from = PathOf("in");
        await File.WriteAllBytesAsync(from, data);
        (await RunAsync("disk write --image 0 --offset 5MiB --from", from)).Succeeded();
        ToolResult copied = (await InProcess.RunAsync("disk", "copy", "0", "1", "--json", "--platform", "vfio", "--device", Guest.Disks)).Succeeded();
        using JsonDocument report = JsonDocument.Parse(copied.Output);
        Assert.Equal("vfio", report.RootElement.GetProperty("platform").GetString());

        // What QEMU has in both images outside.
        byte[] source = await Guest.ReadAsync("disk0"), target = await Guest.ReadAsync("disk1");
        Assert.Equal(source.Length, report.RootElement.GetProperty("bytes").GetInt64());
        Assert.True(source.AsSpan(5 << 20, data.Length).SequenceEqual(data), "the source is not what was written to it");
        Assert.True(source.AsSpan().SequenceEqual(target), "the copy is another");
    }

    [Fact]
    public async Task E2_Frames_from_a_cards_wire_are_received_into_a_capture()
    {
        Guest.Require();
        const int count = 20;
        string to = PathOf("received.pcap");
        byte[][] frames = [.. Captures.Read(Captures.Make(count, seed: 3)).Select(p => p.Data)];
        Task<ToolResult> receiving = InProcess.RunAsync("net", "receive", "--out", to, "--count", $"{count}", "--platform", "vfio", "--device", Guest.Card);

        // The card listens before the capture has a first byte.
        while (!receiving.IsCompleted && !(File.Exists(to) && new FileInfo(to).Length > 0)) await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, TestContext.Current.CancellationToken);
        await using (VfioPlatform platform = Guest.Start(new(), Guest.Peer))
        await using (PciFunction peer = await platform.OpenAsync(Guest.Peer))
        await using (Rtl8139Driver driver = await Rtl8139Driver.StartAsync(peer))
        {
            foreach (byte[] frame in frames) Assert.Equal(TransmitStatus.Sent, await driver.SendAsync(frame));
        }

        ToolResult received = (await receiving).Succeeded();
        Assert.Contains("received", received.Output, StringComparison.Ordinal);
        Assert.Equal(frames, [.. Captures.Read(to).Select(p => p.Data)]);
    }

    [Fact]
    public async Task E2_What_a_card_hears_is_recorded()
    {
        Guest.Require();
        const int frames = SoundRate / 2;
        string to = PathOf("r.wav");
        byte[] sound = Sounds.Samples(new WavFormat(WavEncoding.Pcm, 16, 2, SoundRate), SoundRate, seed: 6);
        await using (FileStream cable = new(Guest.File("recorded"), FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0)) await cable.WriteAsync(sound);

        // All of it fits into the ring, so that a busy machine loses nothing.
        ToolResult recorded = (await InProcess.RunAsync(
            "record", "--out", to, "--seconds", "0.5", "--rate", $"{SoundRate}", "--ring", "2.8s", "--platform", "vfio", "--device", Guest.Recorded)).Succeeded();
        Assert.Contains("recorded", recorded.Output, StringComparison.Ordinal);
        (WavFormat format, byte[] samples) = Sounds.Read(to);
        Assert.Equal(new WavFormat(WavEncoding.Pcm, 16, 2, SoundRate), format);
        Assert.Equal(frames * 4, samples.Length);
        Assert.True(sound.AsSpan(0, samples.Length).SequenceEqual(samples), "what was recorded is not what the card heard");
    }

    [Fact]
    public async Task E2_A_capture_goes_from_one_card_to_the_other()
    {
        Guest.Require();
        string from = PathOf("in.pcap"), to = PathOf("got.pcap");
        byte[] sent = Captures.Make(100);
        await File.WriteAllBytesAsync(from, sent);
        (await InProcess.RunAsync("net", "loop", from, "--out", to, "--platform", "vfio", "--device", Guest.Card, "--device", Guest.Peer)).Succeeded();
        Captures.AssertEqual(sent, await File.ReadAllBytesAsync(to));
    }

    [Fact]
    public async Task E2_A_file_is_played_on_a_card()
    {
        Guest.Require();
        const int frames = 4_000;
        var format = new WavFormat(WavEncoding.Pcm, 16, 2, SoundRate);
        string from = Sounds.Noise(PathOf("a.wav"), format, frames, seed: 5, loudness: 0.5);
        ToolResult played = (await InProcess.RunAsync("play", from, "--platform", "vfio", "--device", SoundCard, "--period", "20ms", "--ring", "600ms")).Succeeded();
        Assert.Contains("played", played.Output, StringComparison.Ordinal);

        // It comes out of the card's cable, which ends in a file of QEMU's; that writes it in blocks.
        ReadOnlyMemory<byte> wanted = Sounds.Samples(format, frames, 5, 0.5).AsMemory(0, 1024);
        Assert.True((await File.ReadAllBytesAsync(Guest.File($"{SoundRate}.wav"))).AsSpan().IndexOf(wanted.Span) > 0, "the card's cable did not carry the file");
    }

    [Fact]
    public async Task E2_What_is_not_there_or_not_ones_own_is_told_in_one_line()
    {
        Guest.Require();
        Assert.Contains("This machine has no function 0000:77:00.0", await RefusedAsync("0000:77:00.0"), StringComparison.Ordinal);
        string unbound = await RefusedAsync(NobodysDevice);
        Assert.Contains("and not to vfio-pci", unbound, StringComparison.Ordinal);
        Assert.Contains("echo vfio-pci > driver_override", unbound, StringComparison.Ordinal);
        Assert.Contains("is 10ec:8139", await RefusedAsync(Guest.Card), StringComparison.Ordinal);

        Guest.RequireLimit();
        HostFunction disks = new HostBus().Find(Guest.Disks)!;
        string[] files = [.. new[] { $"/dev/vfio/{disks.Group}", disks.DeviceFile }.OfType<string>().Where(File.Exists)];
        UnixFileMode[] modes = [.. files.Select(File.GetUnixFileMode)];
        try
        {
            foreach (string file in files.Where(IsMine)) File.SetUnixFileMode(file, UnixFileMode.None);
            Assert.Contains("may not be opened by this user. Mend it with: chown", await RefusedAsync(Guest.Disks), StringComparison.Ordinal);
        }
        finally
        {
            for (int i = 0; i < files.Length; i++)
                if (IsMine(files[i])) File.SetUnixFileMode(files[i], modes[i]);
        }

        async Task<string> RefusedAsync(string device) =>
            (await InProcess.RunAsync("disk", "info", "0", "--platform", "vfio", "--device", device)).SingleError(ExitCode.Failed);

        // Changing a mode is its owner's right.
        static bool IsMine(string file)
        {
            try
            {
                File.SetUnixFileMode(file, File.GetUnixFileMode(file));
                return true;
            }
            catch (UnauthorizedAccessException)
            {
                return false;
            }
        }
    }

    /// <summary>The program itself, not only what is in it.</summary>
    [Fact]
    public async Task E2_The_program_tells_what_a_disk_is()
    {
        Guest.Require();
        var start = new ProcessStartInfo(Environment.ProcessPath!, [Path.Combine(AppContext.BaseDirectory, "DmaKit.Cli.dll"), "disk", "info", "0", "--platform", "vfio", "--device", Guest.Disks])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        using Process tool = Process.Start(start)!;
        Task<string> output = tool.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken), error = tool.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await tool.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(tool.ExitCode == 0, await error);
        Assert.Contains("serial disk0, behind 0000:00:03.0", await output, StringComparison.Ordinal);
    }

    private string PathOf(string name) => Path.Combine(_folder, name);

    private static Task<ToolResult> RunAsync(string line, string last) => InProcess.RunAsync([.. line.Split(' '), last, "--platform", "vfio", "--device", Guest.Disks]);
}
