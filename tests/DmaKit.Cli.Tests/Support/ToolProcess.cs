using System.Diagnostics;

namespace DmaKit.Cli.Tests;

/// <summary>Runs the built tool as a process of its own, with a time limit that kills it.</summary>
internal static class ToolProcess
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    internal static string ToolPath { get; } = Path.Combine(AppContext.BaseDirectory, "DmaKit.Cli.dll");

    internal static string Dotnet { get; } = Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet"
        ? path
        : Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? OnPath("dotnet");

    /// <summary>The whole name of a program: a test may take the path away from the tool.</summary>
    private static string OnPath(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists) ?? program;

    /// <summary>Runs the tool with these words to its end.</summary>
    internal static Task<ToolResult> RunAsync(params string[] args) => RunAsync(null, null, args);

    /// <summary>Runs the tool to its end.</summary>
    /// <param name="input">What it finds on the standard input.</param>
    /// <param name="environment">Variables to add.</param>
    /// <param name="args">The words after the tool's name.</param>
    internal static Task<ToolResult> RunAsync(byte[]? input, IReadOnlyDictionary<string, string>? environment, params string[] args) =>
        FinishAsync(Start(Dotnet, [ToolPath, .. args], environment), input);

    /// <summary>Runs a line of the shell in which <c>$DMAKIT</c> is the tool.</summary>
    internal static Task<ToolResult> ShellAsync(string line) =>
        FinishAsync(Start("bash", ["-c", $"dmakit() {{ '{Dotnet}' '{ToolPath}' \"$@\"; }}; {line}"], null), null);

    /// <summary>Runs the tool in a terminal of its own; what it writes there, errors included, is the output.</summary>
    internal static Task<ToolResult> InTerminalAsync(string environment, int columns, string words) => FinishAsync(
        Start("script", ["-qec", $"stty cols {columns} rows 24; exec env {environment} '{Dotnet}' '{ToolPath}' {words}", "/dev/null"], null), null);

    /// <summary>Runs the tool as a user who is nobody, whom file permissions bind.</summary>
    internal static Task<ToolResult> AsNobodyAsync(params string[] args) => Environment.IsPrivilegedProcess
        ? FinishAsync(Start("setpriv", ["--reuid=65534", "--regid=65534", "--clear-groups", Dotnet, ToolPath, .. args], null), null)
        : RunAsync(args);

    /// <summary>Starts the tool and leaves it running.</summary>
    internal static Process Start(params string[] args) => Start(Dotnet, [ToolPath, .. args], null);

    /// <summary>Sends a signal to a process that was started here.</summary>
    internal static async Task SignalAsync(Process process, string signal)
    {
        using Process kill = Start("kill", [$"-{signal}", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)], null);
        await kill.WaitForExitAsync();
    }

    /// <summary>Waits for the end of a process, and collects what it wrote.</summary>
    internal static async Task<ToolResult> FinishAsync(Process process, byte[]? input)
    {
        using (process)
        {
            Task<byte[]> output = ReadAsync(process.StandardOutput.BaseStream);
            Task<string> error = process.StandardError.ReadToEndAsync();
            if (input is not null) await process.StandardInput.BaseStream.WriteAsync(input);
            process.StandardInput.Close();
            await WaitAsync(process);
            return new ToolResult(process.ExitCode, await output, await error);
        }
    }

    /// <summary>Waits for the end of a process, but not for ever.</summary>
    internal static async Task WaitAsync(Process process)
    {
        try
        {
            await process.WaitForExitAsync().WaitAsync(Limit);
        }
        catch (TimeoutException e)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"'{process.StartInfo.FileName} {string.Join(' ', process.StartInfo.ArgumentList)}' did not end within {Limit}.", e);
        }
    }

    private static async Task<byte[]> ReadAsync(Stream stream)
    {
        var bytes = new MemoryStream();
        await stream.CopyToAsync(bytes);
        return bytes.ToArray();
    }

    private static Process Start(string program, IReadOnlyList<string> args, IReadOnlyDictionary<string, string>? environment)
    {
        // A test run that was started in the background ignores Ctrl-C, and so would its children: env gives them the default back, and then becomes them.
        bool withDefaults = OperatingSystem.IsLinux();
        var info = new ProcessStartInfo(withDefaults ? "env" : program)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (string arg in (string[])[.. withDefaults ? ["--default-signal=INT", program] : Array.Empty<string>(), .. args]) info.ArgumentList.Add(arg);
        info.Environment["DOTNET_TieredPGO"] = "0";
        info.Environment.Remove("NO_COLOR");
        foreach ((string name, string value) in environment ?? new Dictionary<string, string>(StringComparer.Ordinal)) info.Environment[name] = value;
        return Process.Start(info) ?? throw new InvalidOperationException($"{program} did not start.");
    }
}
