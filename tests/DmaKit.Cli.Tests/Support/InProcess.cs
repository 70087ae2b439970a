namespace DmaKit.Cli.Tests;

/// <summary>Runs the tool's code inside the test's process: everything but the process itself.</summary>
internal static class InProcess
{
    /// <summary>Runs a command line.</summary>
    internal static Task<ToolResult> RunAsync(params string[] args) => RunAsync(args, null, CancellationToken.None);

    /// <summary>Runs a command line on a machine whose files begin at a folder, with an answer on the standard input.</summary>
    internal static Task<ToolResult> RunOnAsync(string machineRoot, string answer, params string[] args) =>
        RunAsync(args, System.Text.Encoding.UTF8.GetBytes(answer), CancellationToken.None, machineRoot);

    /// <summary>Runs a command line with something on the standard input, and Ctrl-C as a token.</summary>
    internal static async Task<ToolResult> RunAsync(string[] args, byte[]? input, CancellationToken interruption, string machineRoot = "/")
    {
        var output = new MemoryStream();
        var error = new StringWriter { NewLine = "\n" };
        var host = new ToolHost(() => new MemoryStream(input ?? []), () => new KeepOpenStream(output), error) { MachineRoot = machineRoot };
        int code = await Tool.RunAsync(args, host, interruption);
        return new ToolResult(code, output.ToArray(), error.ToString());
    }

    private sealed class KeepOpenStream(MemoryStream inner) : MemoryStream
    {
        public override void Write(ReadOnlySpan<byte> buffer) => inner.Write(buffer);

        public override void Write(byte[] buffer, int offset, int count) => inner.Write(buffer, offset, count);

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            inner.WriteAsync(buffer, cancellationToken);

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            inner.WriteAsync(buffer, offset, count, cancellationToken);
    }
}
