namespace DmaKit.Repository.Tests;

/// <summary>eng/vfio-guest with a QEMU that only pretends: its last line and its status, however the guest ended.</summary>
public sealed class VfioGuestTests
{
    // All that the runner says then.
    private const string NoTests = "=== TEST EXECUTION SUMMARY ===\n   DmaKit.Vfio.GuestTests  Total: 0\n";

    private const string NoRoot = "== root\n" + NoTests;

    private const string Started = "== type1\n    T.A [STARTING]\n    T.A [FINISHED] Time: 0.1s\n";

    [Theory]
    [InlineData("all passed", 85, 3, 0, 0, 0, "3 passed, 0 failed", true)]
    [InlineData("some skipped", 85, 3, 0, 0, 1, "2 passed, 0 failed, 1 skipped", true)]
    [InlineData("some failed", 87, 3, 0, 2, 0, "1 passed, 2 failed", false)]
    [InlineData("failed, and ended as if not", 85, 3, 0, 2, 0, "1 passed, 2 failed", false)]
    [InlineData("a fixture failed", 87, 3, 1, 0, 0, "2 passed, 1 failed", false)]
    [InlineData("the guest fell over behind its tests", 0, 3, 0, 0, 0, "3 passed, 1 failed", false)]
    [InlineData("it took too long", 124, 3, 0, 0, 0, "3 passed, 1 failed", false)]
    [InlineData("nothing ran", 85, 0, 0, 0, 0, "0 passed, 1 failed", false)]
    public async Task The_last_line_is_the_real_counts(string what, int code, int total, int errors, int failed, int skipped, string last, bool succeeds)
    {
        ProcessRun run = await Guest(NoRoot + Started + Summary(total, errors, failed, skipped) + "== uio\n" + NoTests, code, arguments: "-class X");
        Assert.True(run.Output.Split('\n')[^1] == last, $"{what}:\n{run.Output}");
        Assert.Equal(succeeds, run.Status == 0);
        Assert.Contains("passed type1 T.A 0.1s\n", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_counts_of_all_runs_are_added_and_one_that_has_none_failed()
    {
        const string Second = "== uio\n    T.B [STARTING]\n    T.B [FAIL]\n      why\n    T.B [FINISHED] Time: 0.2s\n    T.C [STARTING]\n    T.C [FINISHED] Time: 0.3s\n";
        ProcessRun both = await Guest(NoRoot + Started + Summary(1, 0, 0, 0) + Second + Summary(2, 0, 1, 0), 85, arguments: "-class X", beside: 87);
        Assert.Equal("2 passed, 1 failed", both.Output.Split('\n')[^1]);
        Assert.Contains("failed uio T.B\n      why\npassed uio T.C 0.3s\n", both.Output, StringComparison.Ordinal);
        ProcessRun one = await Guest(NoRoot + Started + Summary(1, 0, 0, 0) + Second, 85, arguments: "-class X", beside: 0);
        Assert.Equal("1 passed, 1 failed", one.Output.Split('\n')[^1]);
        Assert.Contains("without the counts of uio", one.Output, StringComparison.Ordinal);
        Assert.NotEqual(0, one.Status);
    }

    [Fact]
    public async Task A_run_without_tests_failed_unless_others_were_asked_for()
    {
        string said = "== root\n" + Summary(2, 0, 0, 0) + Started + Summary(3, 0, 0, 0) + "== uio\n" + NoTests;
        ProcessRun chosen = await Guest(said, 85, arguments: "-class X"), all = await Guest(said, 85);
        Assert.EndsWith("None of the tests that were asked for is one of the run uio.\n5 passed, 0 failed", chosen.Succeeded().Output, StringComparison.Ordinal);
        Assert.EndsWith("The run uio has no tests.\n5 passed, 1 failed", all.Output, StringComparison.Ordinal);
        Assert.NotEqual(0, all.Status);
        ProcessRun none = await Guest(NoRoot + Started + NoTests + "== uio\n" + NoTests, 85, arguments: "-method X");
        Assert.EndsWith("No run has such a test.\n0 passed, 1 failed", none.Output, StringComparison.Ordinal);
        Assert.NotEqual(0, none.Status);
    }

    [Theory]
    [InlineData("HUP", 129)]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    public async Task A_signal_ends_the_guest_too_and_leaves_nothing(string signal, int status)
    {
        string tries = Directory.CreateTempSubdirectory("dmakit-guest-tries-").FullName;
        try
        {
            // Each QEMU says who it is, has the script told to end, which is its parent's parent, and would go on for a minute.
            ProcessRun run = await Guest("", 85, qemu: $"echo >'{tries}/'$$\nread -r _ _ _ script _ <\"/proc/$PPID/stat\"\nkill -{signal} \"$script\"\nexec sleep 60\n", temporary: tries);
            Assert.Equal(status, run.Status);
            string[] left = [.. Directory.GetFileSystemEntries(tries).Select(Path.GetFileName).OfType<string>()];
            Assert.NotEmpty(left);
            Assert.All(left, pid => Assert.True(int.TryParse(pid, out _) && !Directory.Exists($"/proc/{pid}"), $"{pid} goes on, or is there still"));
        }
        finally
        {
            Directory.Delete(tries, recursive: true);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(85)]
    [InlineData(134)]
    public async Task A_guest_without_counts_failed_whatever_QEMU_says(int code)
    {
        ProcessRun run = await Guest(Started, code, beside: code);
        Assert.Equal("0 passed, 2 failed", run.Output.Split('\n')[^1]);
        Assert.NotEqual(0, run.Status);
    }

    [Theory]
    [InlineData(null, "0 passed, 0 failed, 1 skipped", true)]
    [InlineData("true", "0 passed, 1 failed", false)]
    public async Task What_cannot_run_is_skipped_and_on_CI_it_failed(string? ci, string last, bool succeeds)
    {
        ProcessRun run = await Guest("", 85, ci, kernel: false);
        Assert.Equal(last, run.Output.Split('\n')[^1]);
        Assert.Equal(succeeds, run.Status == 0);
    }

    // Those that the guest's first process loads.
    private static async Task<string[]> ModulesAsync()
    {
        string[] lines = await File.ReadAllLinesAsync(Path.Combine(RepositoryTree.Root, "eng/vfio-guest"), TestContext.Current.CancellationToken);
        string line = lines.Single(l => l.StartsWith("modules=\"", StringComparison.Ordinal));
        return line["modules=\"".Length..^1].Split(' ');
    }

    private static string Summary(int total, int errors, int failed, int skipped) =>
        $"=== TEST EXECUTION SUMMARY ===\n   DmaKit.Vfio.GuestTests  Total: {total}, Errors: {errors}, Failed: {failed}, Skipped: {skipped}, Not Run: 0, Time: 1.5s\n";

    // Of the two machines, the one with the device for uio ends with its own code.
    private static async Task<ProcessRun> Guest(string results, int code, string? ci = null, bool kernel = true, string arguments = "", string? qemu = null, string? temporary = null, int beside = 85)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The guest's script is for Linux.");
        string folder = Directory.CreateTempSubdirectory("dmakit-guest-").FullName;
        try
        {
            await File.WriteAllTextAsync(Path.Combine(folder, "said"), results, TestContext.Current.CancellationToken);
            await PretendedProgram.WriteAsync(folder, "qemu-system-x86_64", qemu ?? $"code={code}\nfor a in \"$@\"; do case $a in file,id=results,path=*) cp '{folder}/said' \"${{a#*path=}}\" ;; file:*/console) : >\"${{a#file:}}\" ;; *,addr=18.0) code={beside} ;; esac; done\nexit $code\n");
            await PretendedProgram.WriteAsync(folder, "apt-cache", kernel ? "echo '  Depends: linux-image-pretended'\n" : "exit 1\n");
            foreach (string name in (string[])["apt-get", "busybox", "zstd", "xz", "dpkg-deb", "dotnet"]) await PretendedProgram.WriteAsync(folder, name, "exit 0\n");
            await PretendedProgram.WriteAsync(folder, "cpio", "cat >/dev/null\n");
            string cached = Path.Combine(folder, "dmakit/vfio-guest/linux-image-pretended/modules");
            if (kernel)
            {
                Directory.CreateDirectory(cached);
                foreach (string module in await ModulesAsync()) await File.WriteAllTextAsync(Path.Combine(cached, module + ".ko"), "", TestContext.Current.CancellationToken);
                await File.WriteAllTextAsync(Path.Combine(cached, "../vmlinux"), "", TestContext.Current.CancellationToken);
            }

            // What ran the tests may ignore signals, as nohup does, and a shell cannot trap what was ignored when it started.
            return await ProcessRun.Of(
                "bash",
                ["-c", $"exec env --default-signal=HUP,INT,TERM bash eng/vfio-guest {arguments} 2>&1"],
                RepositoryTree.Root,
                new Dictionary<string, string?>(StringComparer.Ordinal)
                {
                    ["CI"] = ci,
                    ["NO_BUILD"] = "1",
                    ["DMAKIT_NO_GUEST"] = null,
                    ["XDG_CACHE_HOME"] = folder,
                    ["TMPDIR"] = temporary ?? Path.GetTempPath(),
                    ["PATH"] = folder + ":" + Environment.GetEnvironmentVariable("PATH"),
                },
                TestContext.Current.CancellationToken);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
