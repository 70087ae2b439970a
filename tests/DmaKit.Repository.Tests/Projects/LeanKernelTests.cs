namespace DmaKit.Repository.Tests;

/// <summary>eng/guest/lean-kernel with a make that only pretends: a kernel is in the cache whole or not at all, and is built once.</summary>
public sealed class LeanKernelTests
{
    private const string Builds = "case $* in *vmlinux*) echo built >vmlinux; echo '  CC      a.o' ;; *) : >>.config ;; esac\n";

    [Fact]
    public async Task A_kernel_is_built_once()
    {
        using var desk = await Desk.SetAsync(Builds);
        ProcessRun first = await desk.BuildAsync();
        Assert.True(first.Status == 0, first.Output);
        string folder = Assert.Single(desk.Kernels());
        Assert.EndsWith(folder, first.Output, StringComparison.Ordinal);
        Assert.Equal("built\n", await File.ReadAllTextAsync(Path.Combine(folder, "vmlinux"), TestContext.Current.CancellationToken));
        Assert.Contains("5 of 5", first.Output, StringComparison.Ordinal);

        // What would not build any more need not.
        await desk.MakeAsync("exit 1\n");
        ProcessRun second = await desk.BuildAsync();
        Assert.True(second.Status == 0, second.Output);
        Assert.EndsWith(folder, second.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("of 5", second.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("case $* in *vmlinux*) echo broken; exit 2 ;; *) : >>.config ;; esac\n", "could not be compiled", 1)]
    [InlineData("case $* in *vmlinux*) kill -TERM $PPID; exit 1 ;; *) : >>.config ;; esac\n", "5 of 5", 143)]
    [InlineData("grep -v CONFIG_IOMMUFD= .config >kept; mv kept .config\n", "does not take these", 1)]
    public async Task A_build_that_failed_or_was_ended_leaves_no_kernel_and_no_half_of_one(string make, string says, int status)
    {
        using var desk = await Desk.SetAsync(make);
        ProcessRun run = await desk.BuildAsync();
        Assert.Equal(status, run.Status);
        Assert.Contains(says, run.Output, StringComparison.Ordinal);
        Assert.Empty(desk.Kernels());
        Assert.Empty(Directory.EnumerateDirectories(desk.Cache, "building.*"));
        await desk.MakeAsync(Builds);
        Assert.Equal(0, (await desk.BuildAsync()).Status);
        Assert.Single(desk.Kernels());
    }

    [Fact]
    public async Task What_a_killed_build_left_is_cleared_away()
    {
        using var desk = await Desk.SetAsync(Builds);
        Directory.CreateDirectory(Path.Combine(desk.Cache, "building.killed/linux-source-6.12"));
        Assert.Equal(0, (await desk.BuildAsync()).Status);
        Assert.Empty(Directory.EnumerateDirectories(desk.Cache, "building.*"));
    }

    /// <summary>A folder with pretended programs before the others, and a cache.</summary>
    private sealed class Desk : IDisposable
    {
        private readonly string _folder = Directory.CreateTempSubdirectory("dmakit-lean-").FullName;

        internal string Cache => Path.Combine(_folder, "cache");

        internal static async Task<Desk> SetAsync(string make)
        {
            Assert.SkipUnless(OperatingSystem.IsLinux(), "The guest's script is for Linux.");
            var desk = new Desk();
            Directory.CreateDirectory(desk.Cache);
            foreach ((string name, string script) in ((string, string)[])
            [
                ("apt-cache", "echo '  Candidate: 6.12.1-1'\n"),
                ("apt-get", "case $1 in download) : >source.deb ;; esac\n"),
                ("dpkg-query", "echo install ok installed\n"),
                ("dpkg-deb", "mkdir package\n"),
                ("tar", "mkdir -p linux-source-6.12/scripts/kconfig; printf '#!/bin/sh\\ncp \"$3\" .config\\n' >linux-source-6.12/scripts/kconfig/merge_config.sh; chmod +x linux-source-6.12/scripts/kconfig/merge_config.sh\n"),
                ("strip", "cp \"$2\" \"$4\"\n"),
            ]) await PretendedProgram.WriteAsync(desk._folder, name, script);
            await desk.MakeAsync(make);
            return desk;
        }

        internal async Task MakeAsync(string script)
        {
            File.Delete(Path.Combine(_folder, "make"));
            await PretendedProgram.WriteAsync(_folder, "make", script);
        }

        internal string[] Kernels() => Directory.GetDirectories(Cache, "lean-*");

        internal Task<ProcessRun> BuildAsync() => ProcessRun.Of(
            "bash",
            ["-c", "exec bash eng/guest/lean-kernel \"$0\" 2>&1", Cache],
            RepositoryTree.Root,
            new Dictionary<string, string?>(StringComparer.Ordinal) { ["PATH"] = _folder + ":" + Environment.GetEnvironmentVariable("PATH") },
            TestContext.Current.CancellationToken);

        public void Dispose() => Directory.Delete(_folder, recursive: true);
    }
}
