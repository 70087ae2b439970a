using System.Diagnostics;
using DmaKit.Qemu.Native;

namespace DmaKit.Qemu;

/// <summary>QEMU, as a child that ends with this process whatever happens here.</summary>
/// <remarks>
/// The kernel ends a child whose parent's <em>thread</em> ends, if the child asked for it; so a thread of its own starts QEMU and
/// stays until QEMU is gone. QEMU has a session of its own: Ctrl-C at a terminal is this program's business.
/// </remarks>
internal sealed class QemuProcess : IDisposable
{
    private const int WordsKept = 40;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly Queue<string> _words = new();
    private readonly TaskCompletionSource<Process> _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<int> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Process? _process;

    private QemuProcess()
    {
    }

    /// <summary>The programs that QEMU is started through, both of util-linux.</summary>
    internal static IReadOnlyList<string> Helpers { get; } = ["setsid", "setpriv"];

    /// <summary>Its process id.</summary>
    internal int Id { get; private set; }

    /// <summary>Ends when the process is gone for certain, with its exit code.</summary>
    internal Task<int> Exited => _exited.Task;

    /// <summary>What QEMU said on its standard streams, the last 40 lines.</summary>
    internal IReadOnlyList<string> Words
    {
        get
        {
            lock (_gate) return [.. _words];
        }
    }

    /// <summary>Starts it.</summary>
    /// <param name="program">The program.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="variables">What it finds in its environment beside what is in ours.</param>
    /// <exception cref="DmaException">It cannot be started at all.</exception>
    internal static async Task<QemuProcess> StartAsync(QemuProgram program, IEnumerable<string> arguments, IEnumerable<KeyValuePair<string, string>> variables)
    {
        var info = new ProcessStartInfo(Helpers[0])
        {
            UseShellExecute = false,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
        };
        foreach (string word in (string[])[Helpers[1], "--pdeathsig", "KILL", program.Path, .. arguments]) info.ArgumentList.Add(word);
        foreach ((string name, string value) in variables) info.Environment[name] = value;
        var child = new QemuProcess();
        var keeper = new Thread(() => child.Keep(info)) { IsBackground = true, Name = "dmakit qemu keeper" };
        keeper.UnsafeStart();
        child._process = await child._started.Task.ConfigureAwait(false);
        child.Id = child._process.Id;
        return child;
    }

    /// <summary>Why it ended, in its own words where it had some.</summary>
    internal string Epitaph()
    {
        string how = Exited.IsCompletedSuccessfully ? Describe(Exited.Result) : "does not answer";
        IReadOnlyList<string> words = Words;
        return words.Count == 0 ? $"QEMU {how} and said nothing." : $"QEMU {how}. It said: {string.Join(" / ", words)}";
    }

    /// <summary>Ends it at once.</summary>
    internal void Kill()
    {
        if (Exited.IsCompleted) return;
        try
        {
            _process!.Kill();
        }
        catch (InvalidOperationException)
        {
            // It ended by itself meanwhile.
        }
    }

    /// <summary>Lets it end in good order, its files written, and then makes sure.</summary>
    internal async Task EndAsync()
    {
        if (!Exited.IsCompleted)
        {
            Kernel.AskToEnd(Id);
            try
            {
                await Exited.WaitAsync(Patience).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                Kill();
            }
        }

        await Exited.ConfigureAwait(false);
    }

    public void Dispose() => _process?.Dispose();

    private static string Describe(int code) => code > 128 ? $"was ended by signal {code - 128}" : $"ended with exit code {code}";

    private void Keep(ProcessStartInfo info)
    {
        Process process;
        try
        {
            process = Process.Start(info)!;
        }
        catch (Exception e)
        {
            _started.SetException(new DmaException($"QEMU cannot be started: {e.Message}", e));
            return;
        }

        process.OutputDataReceived += (_, said) => Note(said.Data);
        process.BeginOutputReadLine();
        process.StandardInput.Close();
        _started.SetResult(process);
        while (process.StandardError.ReadLine() is { } line) Note(line);

        // A stream that was read from is its reader's to close: the process does not.
        process.StandardError.Dispose();
        process.WaitForExit();
        _exited.SetResult(process.ExitCode);
    }

    private void Note(string? line)
    {
        if (string.IsNullOrWhiteSpace(line)) return;
        lock (_gate)
        {
            if (_words.Count == WordsKept) _words.Dequeue();
            _words.Enqueue(line);
        }
    }
}
