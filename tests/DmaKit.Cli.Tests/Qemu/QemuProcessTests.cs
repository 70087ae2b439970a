using System.Diagnostics;
using System.Globalization;

namespace DmaKit.Cli.Tests;

/// <summary>QEMU ends with the tool, however that ends, and nothing stays behind.</summary>
public sealed class QemuProcessTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Promise = TimeSpan.FromSeconds(2);
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
        Assert.Contains("qemu", File.ReadAllText($"/proc/{qemu}/cmdline"), StringComparison.Ordinal);

        // The private folder is gone as soon as QEMU has answered; a kill before that is the next start's to sweep.
        await ToolProcess.SignalAsync(tool, signal);
        long killed = Stopwatch.GetTimestamp();
        await ToolProcess.WaitAsync(tool);
        if (signal == "INT") Assert.Equal(130, tool.ExitCode);
        while (Lives(qemu))
        {
            Assert.True(signal == "INT" || Stopwatch.GetElapsedTime(killed) < Promise, "QEMU lives 2 s after its owner was killed");
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

    private static bool Lives(int process)
    {
        try
        {
            // A process that ended and that nobody has waited for yet is in state Z.
            return !File.ReadAllText($"/proc/{process}/stat").Contains(") Z ", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static async Task<int> ChildOfAsync(Process tool)
    {
        long started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started) < Limit)
        {
            Assert.False(tool.HasExited, "the tool ended by itself");
            foreach (string thread in Directory.EnumerateDirectories($"/proc/{tool.Id.ToString(CultureInfo.InvariantCulture)}/task"))
            {
                string children = File.Exists($"{thread}/children") ? await File.ReadAllTextAsync($"{thread}/children") : "";
                foreach (string child in children.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                    if (File.ReadAllText($"/proc/{child}/cmdline").StartsWith("/", StringComparison.Ordinal)) return int.Parse(child, CultureInfo.InvariantCulture);
            }

            await Task.Delay(Pause, TimeProvider.System);
        }

        throw new TimeoutException("The tool started no QEMU.");
    }
}
