using System.Diagnostics;

namespace DmaKit.Qemu;

/// <summary>The QEMU program of this machine: named by the environment variable <c>DMAKIT_QEMU</c>, or found on the path.</summary>
/// <param name="Path">Where it is.</param>
public sealed record QemuProgram(string Path)
{
    /// <summary>The environment variable that names the program.</summary>
    public const string Variable = "DMAKIT_QEMU";

    /// <summary>What the program is called.</summary>
    public const string Name = "qemu-system-x86_64";

    /// <summary>The command that installs it on Debian and its relatives.</summary>
    public const string InstallCommand = "sudo apt-get install qemu-system-x86";

    /// <summary>Finds the program, and those that it is started with.</summary>
    /// <exception cref="QemuMissingException">One of them is not here; the exception says which command mends it.</exception>
    public static QemuProgram Find()
    {
        if (!OperatingSystem.IsLinux())
            throw new QemuMissingException("The QEMU platform shares memory with QEMU by ways that only Linux has.", "run it on Linux");
        QemuProgram program = FindQemu();
        foreach (string helper in QemuProcess.Helpers)
        {
            if (OnPath(helper) is null)
                throw new QemuMissingException($"'{helper}', which ends QEMU together with this program, is not on the path.", "sudo apt-get install util-linux");
        }

        return program;
    }

    /// <summary>What the program says of its version, such as <c>7.2.22</c>.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="DmaException">The program does not run, or says nothing.</exception>
    public async Task<string> ReadVersionAsync(CancellationToken cancellationToken = default)
    {
        var start = new ProcessStartInfo(Path, "--version") { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        try
        {
            using Process process = Process.Start(start) ?? throw new DmaException($"'{Path}' did not start.");
            string said = await process.StandardOutput.ReadToEndAsync(cancellationToken).ConfigureAwait(false);
            await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);

            // "QEMU emulator version 7.2.22 (Debian 1:7.2+dfsg-7+deb12u18)"
            const string Words = "version ";
            int at = said.IndexOf(Words, StringComparison.Ordinal);
            if (process.ExitCode != 0 || at < 0) throw new DmaException($"'{Path} --version' ended with {process.ExitCode} and said '{said.Trim()}', which is not what QEMU says.");
            return said[(at + Words.Length)..].Split([' ', '\n'], 2)[0].Trim();
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or IOException)
        {
            throw new DmaException($"'{Path}' does not run: {e.Message}", e);
        }
    }

    internal static string? OnPath(string name)
    {
        foreach (string folder in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries))
        {
            string path = System.IO.Path.Combine(folder, name);
            if (File.Exists(path)) return path;
        }

        return null;
    }

    private static QemuProgram FindQemu()
    {
        string? named = Environment.GetEnvironmentVariable(Variable);
        if (string.IsNullOrEmpty(named))
        {
            return OnPath(Name) is { } found
                ? new QemuProgram(found)
                : throw new QemuMissingException($"{Name} is not installed: it is not on the path, and {Variable} names none.", InstallCommand);
        }

        if (File.Exists(named)) return new QemuProgram(System.IO.Path.GetFullPath(named));
        if (!named.Contains('/', StringComparison.Ordinal) && OnPath(named) is { } byName) return new QemuProgram(byName);
        throw new QemuMissingException($"{Variable} names '{named}', and there is no such file.", $"unset {Variable}");
    }
}
