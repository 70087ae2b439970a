using System.Text;
using Microsoft.Win32.SafeHandles;

namespace DmaKit.Cli;

/// <summary>The standard streams of this process.</summary>
internal static class StandardStreams
{
    /// <summary>The standard input.</summary>
    internal static Stream OpenInput() => Console.OpenStandardInput();

    /// <summary>
    /// The standard output. The console's own stream swallows a closed pipe, and a transfer to it would run on for nobody; a file stream
    /// over the same handle says so. A file is left to the console's stream, which writes where the last process stopped.
    /// </summary>
    internal static Stream OpenOutput()
    {
        if (OperatingSystem.IsWindows()) return Console.OpenStandardOutput();
        try
        {
            var stream = new FileStream(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0);
            return stream.CanSeek ? Console.OpenStandardOutput() : stream;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return Console.OpenStandardOutput();
        }
    }

    /// <summary>The standard error as text, every line at once.</summary>
    internal static TextWriter OpenError() =>
        new StreamWriter(Console.OpenStandardError(), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { AutoFlush = true };

    /// <summary>The width of the terminal, or 100 characters where there is none.</summary>
    internal static int Width()
    {
        if (Console.IsOutputRedirected && Console.IsErrorRedirected) return 100;
        try
        {
            return Console.WindowWidth is > 0 and int width ? width : 80;
        }
        catch (Exception e) when (e is IOException or PlatformNotSupportedException)
        {
            return 80;
        }
    }
}
