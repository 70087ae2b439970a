using System.Diagnostics;
using System.Globalization;

namespace DmaKit.Cli.Tests;

/// <summary>QEMU ends with the tool, however that ends, and nothing stays behind.</summary>
public sealed class QemuProcessTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("KILL")]
    [InlineData("INT")]
    public async Task E2_QemuEndsWithTheTool(string signal)
    {
        QemuTool.Require();
        string image = _folder.Sparse("D.img", 64 << 20);
        using Process tool = ToolProcess.Start("disk", "bench", "--image", image, "--time", "20s", "--platform", "qemu");
        int qemu = await ChildOfAsync(tool);

        // The private folder is gone as soon as QEMU has answered; a kill before that is the next start's to sweep.
        await ToolProcess.SignalAsync(tool, signal);
        long killed = Stopwatch.GetTimestamp();
        await ToolProcess.WaitAsync(tool);
        if (signal == "INT") Assert.Equal(130, tool.ExitCode);
        while (Lives(qemu))
        {
            Assert.True(Stopwatch.GetElapsedTime(killed) < Limit, "QEMU does not end");
            await Task.Delay(Pause, TimeProvider.System);
        }

        (await InProcess.RunAsync("disk", "info", image, "--platform", "qemu")).Succeeded();
        Assert.DoesNotContain(Directory.EnumerateFiles("/dev/shm"), f => f.Contains("dmakit", StringComparison.Ordinal));
        Assert.All(Directory.EnumerateDirectories(Path.GetTempPath(), "dmakit-qemu-????????????????"), AssertOwned);
    }

    /// <summary>A private folder that is there belongs to somebody who lives: another test that is just starting.</summary>
    private static void AssertOwned(string folder)
    {
        try
        {
            using FileStream owner = File.Open(Path.Combine(folder, "owner"), FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            Assert.Fail($"{folder} belongs to nobody");
        }
        catch (IOException)
        {
            // Somebody has it, or it is gone by now.
        }
    }

    /// <summary>Not so of a process that ended and that nobody has waited for yet: that is in state Z.</summary>
    private static bool Lives(int process)
    {
        string state = ReadOrEmpty($"/proc/{process.ToString(CultureInfo.InvariantCulture)}/stat");
        return state.Length != 0 && !state.Contains(") Z ", StringComparison.Ordinal);
    }

    /// <summary>What /proc says of a thread or a process; nothing if it ended by now.</summary>
    private static string ReadOrEmpty(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (IOException)
        {
            return "";
        }
    }

    private static async Task<int> ChildOfAsync(Process tool)
    {
        long started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started) < Limit)
        {
            Assert.False(tool.HasExited, "the tool ended by itself");
            foreach (string thread in Directory.EnumerateDirectories($"/proc/{tool.Id.ToString(CultureInfo.InvariantCulture)}/task"))
                foreach (string child in ReadOrEmpty($"{thread}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries))
                    if (ReadOrEmpty($"/proc/{child}/cmdline").Split('\0')[0].Contains("qemu", StringComparison.Ordinal)) return int.Parse(child, CultureInfo.InvariantCulture);

            await Task.Delay(Pause, TimeProvider.System);
        }

        throw new TimeoutException("The tool started no QEMU.");
    }
}
