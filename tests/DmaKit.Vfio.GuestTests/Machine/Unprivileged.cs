using System.Diagnostics;
using System.Globalization;

namespace DmaKit.Vfio.GuestTests;

/// <summary>Runs a test in a process that is not root's, that has no capability, and that may open the files of some groups and nothing else.</summary>
internal static class Unprivileged
{
    private const string Nobody = "65534";

    /// <summary>Runs it; fails when it fails.</summary>
    /// <param name="method">The test's name, or a pattern for it.</param>
    /// <param name="locked">How many bytes it may lock.</param>
    /// <param name="functions">The functions whose groups it may open.</param>
    internal static async Task RunAsync(string method, long locked, params string[] functions)
    {
        string assembly = typeof(Unprivileged).Assembly.Location;
        Assert.SkipUnless(IsOpenToAll(assembly), $"{assembly} lies where only its owner may look.");
        var bus = new HostBus();
        string[] groups = [.. functions.Select(f => string.Create(CultureInfo.InvariantCulture, $"/dev/vfio/{bus.Find(f)!.Group}"))];
        await RunAsync("chown", [Nobody, .. groups]);
        try
        {
            string limit = locked.ToString(CultureInfo.InvariantCulture);
            await RunAsync(
                "prlimit",
                [$"--memlock={limit}:{limit}", "setpriv", "--reuid", Nobody, "--regid", Nobody, "--clear-groups", "--no-new-privs", Environment.ProcessPath!, assembly, "-noColor", "-noLogo", "-failSkips", "-method", method]);
        }
        finally
        {
            await RunAsync("chown", ["0", .. groups]);
        }
    }

    private static async Task RunAsync(string program, string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0) Assert.Fail($"{program} ended with {process.ExitCode}:\n{output}{await errors}");
    }

    private static bool IsOpenToAll(string path)
    {
        for (string? folder = Path.GetDirectoryName(path); folder is not null; folder = Path.GetDirectoryName(folder))
            if (!OperatingSystem.IsWindows() && !File.GetUnixFileMode(folder).HasFlag(UnixFileMode.OtherExecute)) return false;
        return true;
    }
}
