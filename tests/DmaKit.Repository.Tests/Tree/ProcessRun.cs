using System.ComponentModel;
using System.Diagnostics;

namespace DmaKit.Repository.Tests;

/// <summary>A program that ran to its end: its status, and what it printed on both streams in the order of arrival.</summary>
internal sealed record ProcessRun(string Command, int Status, string Output)
{
    /// <summary>Runs a program. <paramref name="environment"/> is added to ours; a null value takes a variable away.</summary>
    /// <exception cref="Win32Exception">There is no such program.</exception>
    public static async Task<ProcessRun> Of(string program, string[] arguments, string folder, IReadOnlyDictionary<string, string?>? environment, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach ((string name, string? value) in environment ?? new Dictionary<string, string?>(StringComparer.Ordinal))
        {
            start.Environment[name] = value;
        }

        var lines = new List<string>();
        using var process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, line) => Add(lines, line.Data);
        process.ErrorDataReceived += (_, line) => Add(lines, line.Data);
        process.Start();
        process.StandardInput.Close();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            await process.WaitForExitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        lock (lines)
        {
            return new($"{program} {string.Join(' ', arguments)}", process.ExitCode, string.Join('\n', lines));
        }
    }

    /// <summary>Fails with the output unless the program ended with 0.</summary>
    public ProcessRun Succeeded()
    {
        Assert.True(Status == 0, $"{Command} ended with {Status}:\n{Output}");
        return this;
    }

    private static void Add(List<string> lines, string? line)
    {
        if (line is not null)
        {
            lock (lines)
            {
                lines.Add(line);
            }
        }
    }
}
