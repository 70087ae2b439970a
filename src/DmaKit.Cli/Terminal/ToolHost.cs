using System.Text;

namespace DmaKit.Cli;

/// <summary>Where the tool reads and writes, and how it behaves there. A test has its own; the process has the standard streams.</summary>
internal sealed class ToolHost
{
    private readonly Func<Stream> _openOutput;
    private readonly Func<Stream> _openInput;
    private readonly OutputText _out;

    internal ToolHost(Func<Stream> openInput, Func<Stream> openOutput, TextWriter error)
    {
        _openInput = openInput;
        _openOutput = openOutput;
        Error = error;
        _out = new OutputText(this);
    }

    /// <summary>Results. A reader that went away shows as <see cref="ClosedPipeException"/>.</summary>
    internal TextWriter Out => _out;

    /// <summary>Progress, notices and errors.</summary>
    internal TextWriter Error { get; }

    /// <summary>Whether the standard output is a terminal that can be drawn on.</summary>
    internal bool OutIsTerminal { get; init; }

    /// <summary>Whether the standard error is a terminal that can be drawn on.</summary>
    internal bool ErrorIsTerminal { get; init; }

    /// <summary>Whether colours are welcome.</summary>
    internal bool UseColor { get; init; }

    /// <summary>Whether Ctrl-C and termination signals of the process are ours.</summary>
    internal bool ListenForSignals { get; init; }

    /// <summary>Whether an error may show where it came from (<c>DMAKIT_TRACE=1</c>).</summary>
    internal bool WantsStackTraces { get; init; }

    /// <summary>The width of the terminal in characters.</summary>
    internal int Width { get; init; } = 100;

    /// <summary>Where the machine's own files begin: what the kernel shows of its devices. A test has a folder of its own.</summary>
    internal string MachineRoot { get; init; } = "/";

    /// <summary>The key that was pressed last, or null when none was, or nobody could.</summary>
    internal Func<char?> Key { get; init; } = static () => null;

    /// <summary>The time that progress and figures are measured by.</summary>
    internal TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>The host of this process: its standard streams and its environment.</summary>
    internal static ToolHost ForProcess()
    {
        bool dumb = Environment.GetEnvironmentVariable("TERM") is "dumb";
        bool noColor = Environment.GetEnvironmentVariable("NO_COLOR") is { Length: > 0 };
        return new ToolHost(StandardStreams.OpenInput, StandardStreams.OpenOutput, StandardStreams.OpenError())
        {
            OutIsTerminal = !Console.IsOutputRedirected && !dumb,
            ErrorIsTerminal = !Console.IsErrorRedirected && !dumb,
            UseColor = !noColor && !dumb,
            ListenForSignals = true,
            WantsStackTraces = Environment.GetEnvironmentVariable("DMAKIT_TRACE") is "1",
            Width = StandardStreams.Width(),
            Key = static () => !Console.IsInputRedirected && Console.KeyAvailable ? Console.ReadKey(intercept: true).KeyChar : null,
        };
    }

    /// <summary>The standard input as bytes.</summary>
    internal Stream OpenInput() => _openInput();

    /// <summary>The standard output as bytes.</summary>
    internal Stream OpenOutput() => new ClosedPipeStream(_openOutput());

    /// <summary>One line on the standard error, with the tool's name before it.</summary>
    internal void WriteError(string line) => Error.WriteLine($"dmakit: {line}");

    /// <summary>As <see cref="WriteError"/>; when there is nobody to tell, that is no further error.</summary>
    internal void TryWriteError(string text)
    {
        try
        {
            WriteError(text);
        }
        catch (IOException)
        {
            // The standard error is closed or full; the exit code has to do.
        }
    }

    /// <summary>Something that worked differently from what was asked for.</summary>
    internal void Notice(string line) => TryWriteError($"note: {line}");

    internal async ValueTask FlushAsync()
    {
        try
        {
            await _out.FlushAsync().ConfigureAwait(false);
            await Error.FlushAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or ClosedPipeException)
        {
            // Nobody reads any more.
        }
    }

    /// <summary>Opens the standard output at the first character, so that a verb that writes bytes there has it for itself.</summary>
    private sealed class OutputText(ToolHost host) : TextWriter
    {
        private StreamWriter? _writer;

        public override Encoding Encoding { get; } = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);

        public override void Write(char value) => Writer.Write(value);

        public override void Write(char[] buffer, int index, int count) => Writer.Write(buffer, index, count);

        public override void Write(string? value) => Writer.Write(value);

        public override void Flush() => _writer?.Flush();

        public override Task FlushAsync() => _writer?.FlushAsync() ?? Task.CompletedTask;

        private StreamWriter Writer => _writer ??= new StreamWriter(host.OpenOutput(), Encoding) { AutoFlush = true };
    }
}
