using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;

namespace DmaKit.Cli;

/// <summary>The tool: takes a command line, runs one verb, and turns whatever happens into one line and an exit code.</summary>
internal static class Tool
{
    /// <summary>Runs the tool once.</summary>
    /// <param name="args">The words of the command line.</param>
    /// <param name="host">Where it reads and writes.</param>
    /// <param name="interruption">Ctrl-C for callers that are not a process of their own.</param>
    /// <returns>The exit code; see <see cref="ExitCode"/>.</returns>
    internal static async Task<int> RunAsync(string[] args, ToolHost host, CancellationToken interruption = default)
    {
        using Interruption ctrlC = host.ListenForSignals ? Interruption.OfProcess(interruption) : Interruption.None(interruption);
        try
        {
            return await InvokeAsync(args, host, ctrlC.Token).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            if (host.WantsStackTraces) host.TryWriteError(e.ToString());
            return Explain(e, host, ctrlC.Token);
        }
        finally
        {
            await host.FlushAsync().ConfigureAwait(false);
        }
    }

    private static async Task<int> InvokeAsync(string[] args, ToolHost host, CancellationToken interrupted)
    {
        RootCommand root = CommandTree.Build(host);
        ParseResult parsed = root.Parse(args, new ParserConfiguration { EnablePosixBundling = false, ResponseFileTokenReplacer = null });
        if (parsed.Action is ParseErrorAction or null || parsed.Errors.Count > 0) return WrongUsage(parsed, host);

        // The library's own handlers would print stack traces and take Ctrl-C away from ours.
        var configuration = new InvocationConfiguration
        {
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null,
            Output = host.Out,
            Error = host.Error,
        };
        return await parsed.InvokeAsync(configuration, interrupted).ConfigureAwait(false);
    }

    private static int WrongUsage(ParseResult parsed, ToolHost host)
    {
        Command command = parsed.CommandResult.Command;
        if (command is { Action: null, Subcommands.Count: > 0 } && parsed.UnmatchedTokens.Count == 0)
        {
            HelpText.Write(command, host.Error, host.Width);
            return ExitCode.WrongUsage;
        }

        // A word that nobody knows explains more than what is missing because of it.
        ParseError? error = parsed.Errors.FirstOrDefault(e => e.Message.StartsWith("Unrecognized", StringComparison.Ordinal)) ?? parsed.Errors.FirstOrDefault();
        string what = error?.Message.TrimEnd('.') ?? "the command is incomplete";
        string path = string.Join(' ', HelpText.PathOf(command));
        host.WriteError($"{HelpText.LowerFirst(what)}; see `{path} --help`");
        return ExitCode.WrongUsage;
    }

    private static int Explain(Exception error, ToolHost host, CancellationToken interrupted)
    {
        switch (error)
        {
            case ClosedPipeException:
                return ExitCode.ClosedPipe;
            case ToolException tool:
                host.TryWriteError(tool.Message);
                return tool.ExitCode;
            case OperationCanceledException when interrupted.IsCancellationRequested:
                host.TryWriteError("interrupted");
                return ExitCode.Interrupted;
            default:
                host.TryWriteError(ErrorText.Of(error));
                return ExitCode.Failed;
        }
    }
}
