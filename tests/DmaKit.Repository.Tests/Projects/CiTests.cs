namespace DmaKit.Repository.Tests;

/// <summary>.ci/run with a dotnet that only pretends: its last line and its status, whatever the steps did.</summary>
public sealed class CiTests
{
    private const string Head = "Running tests from A.dll\n  failed: 9\n";

    [Theory]
    [InlineData("passed", 0, 62, 0, 0, 0, "62 passed, 0 failed", true)]
    [InlineData("skipped", 0, 60, 0, 2, 0, "60 passed, 0 failed, 2 skipped", true)]
    [InlineData("failed", 0, 3, 2, 0, 2, "3 passed, 2 failed", false)]
    [InlineData("failed, and ended with 0", 0, 3, 2, 0, 0, "3 passed, 2 failed", false)]
    [InlineData("crashed after its summary", 0, 3, 0, 0, 134, "3 passed, 1 failed", false)]
    [InlineData("empty", 0, 0, 0, 0, 0, "0 passed, 1 failed", false)]
    [InlineData("all skipped", 0, 0, 0, 5, 0, "0 passed, 1 failed, 5 skipped", false)]
    [InlineData("ill formatted", 2, 62, 0, 0, 0, "62 passed, 1 failed", false)]
    public async Task The_last_line_is_the_real_counts(string what, int format, int passed, int failed, int skipped, int status, string last, bool succeeds)
    {
        string summary = $"{Head}\nTest run summary: {what}\n  A.dll {what}\n\n  total: {passed + failed + skipped}\n  failed: {failed}\n  succeeded: {passed}\n  skipped: {skipped}\n  duration: 1s\n";
        ProcessRun run = await Ci(summary, status, format);
        Assert.Equal(last, run.Output.Split('\n')[^1]);
        Assert.Equal(succeeds, run.Status == 0);
    }

    [Fact]
    public async Task A_run_without_a_summary_fails()
    {
        ProcessRun run = await Ci("error CS1002: ; expected\n", 1, 0);
        Assert.Equal("0 passed, 1 failed", run.Output.Split('\n')[^1]);
        Assert.NotEqual(0, run.Status);
    }

    [Fact]
    public async Task It_runs_the_command_that_the_readme_shows()
    {
        ProcessRun run = await Ci("Test run summary: x\n  failed: 0\n  succeeded: 1\n  skipped: 0\n", 0, 0);
        string command = RepositoryTree.Read("README.md").Split('\n').First(line => line.StartsWith("dotnet test", StringComparison.Ordinal));
        Assert.Contains($"$ {command}\ncalled: {command["dotnet ".Length..]}\n", run.Output, StringComparison.Ordinal);
    }

    private static async Task<ProcessRun> Ci(string output, int status, int format)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "CI is a bash script for Linux.");
        string folder = Directory.CreateTempSubdirectory("dmakit-ci-").FullName;
        try
        {
            await PretendedProgram.WriteAsync(folder, "apt-get", "exit 0\n");
            await PretendedProgram.WriteAsync(folder, "dotnet", $"if [ \"$1\" = format ]; then exit {format}; fi\ncase \"$*\" in *DmaKit.Benchmarks*) echo '0 passed, 0 failed'; exit 0 ;; *tests/DmaKit.Drivers.Tests* | *tests/DmaKit.Qemu.Tests*) echo '  Total: 0, Errors: 0, Failed: 0, Skipped: 0'; exit 0 ;; esac\necho \"called: $*\"\ncat <<'END'\n{output}END\nexit {status}\n");

            // One pipe for both streams: two are read in any order.
            return await ProcessRun.Of(
                "bash",
                ["-c", "exec bash .ci/run 2>&1"],
                RepositoryTree.Root,
                new Dictionary<string, string?>(StringComparer.Ordinal) { ["CI"] = "true", ["DMAKIT_PEERS_BUILT"] = "1", ["DMAKIT_NO_GUEST"] = "1", ["PATH"] = folder + ":" + Environment.GetEnvironmentVariable("PATH") },
                TestContext.Current.CancellationToken);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
