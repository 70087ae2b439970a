namespace DmaKit.Cli;

/// <summary>One run of a network verb: a machine with cards, the capture that is written, and what is shown meanwhile.</summary>
internal sealed class NetSession : IAsyncDisposable
{
    // How long what is under way may still take after Ctrl-C, before it is given up.
    private static readonly TimeSpan s_drainLimit = TimeSpan.FromSeconds(10);

    private readonly ToolHost _host;
    private readonly string _verb;
    private readonly CancellationTokenSource _patience = new();
    private readonly CancellationTokenRegistration _interruption;
    private readonly long _started;
    private long _peak;

    private NetSession(ToolHost host, string verb, NetMachine machine, CancellationToken interrupted)
    {
        _host = host;
        _verb = verb;
        Machine = machine;
        Interrupted = interrupted;
        _interruption = interrupted.UnsafeRegister(static state => ((CancellationTokenSource)state!).CancelAfter(s_drainLimit), _patience);
        _started = host.Clock.GetTimestamp();
    }

    /// <summary>The machine.</summary>
    internal NetMachine Machine { get; }

    /// <summary>The capture that is written.</summary>
    internal CaptureOutput Output { get; private set; } = null!;

    /// <summary>Ctrl-C: begin nothing new.</summary>
    internal CancellationToken Interrupted { get; }

    /// <summary>What is under way is given up, some time after Ctrl-C.</summary>
    internal CancellationToken GiveUp => _patience.Token;

    /// <summary>Starts the machine, and then opens the output.</summary>
    /// <param name="host">Where notices and the view go.</param>
    /// <param name="verb">The verb's name, for the report.</param>
    /// <param name="settings">What was asked for.</param>
    /// <param name="start">Starts the machine.</param>
    /// <param name="output">The output's path.</param>
    /// <param name="input">What is sent, or null.</param>
    /// <param name="interrupted">Ctrl-C.</param>
    internal static async Task<NetSession> StartAsync(
        ToolHost host, string verb, NetSettings settings, Func<Task<NetMachine>> start, string output, CaptureInput? input, CancellationToken interrupted)
    {
        NetMachine machine = await start().ConfigureAwait(false);
        var session = new NetSession(host, verb, machine, interrupted);
        try
        {
            session.Output = await CaptureOutput.OpenAsync(output, settings.Format, input, host, session.GiveUp).ConfigureAwait(false);
            return session;
        }
        catch
        {
            await session.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Runs the transfer, and shows it; whatever happens, what has come is in the file afterwards.</summary>
    internal async Task RunAsync(Func<Task> work)
    {
        var over = new TaskCompletionSource();
        Task showing = _host.ErrorIsTerminal ? NetView.ShowAsync(_host, this, over.Task) : Task.CompletedTask;
        try
        {
            await work().ConfigureAwait(false);
            Interrupted.ThrowIfCancellationRequested();
        }
        catch (OperationCanceledException e) when (Interrupted.IsCancellationRequested)
        {
            throw new ToolException($"interrupted; {SizeText.Exact(Output.Count)} packets were written", ExitCode.Interrupted, e);
        }
        finally
        {
            over.SetResult();
            await showing.ConfigureAwait(false);
            await Output.FlushAsync().ConfigureAwait(false);
        }
    }

    /// <summary>How long it took, or takes so far.</summary>
    internal TimeSpan Elapsed => _host.Clock.GetElapsedTime(_started);

    /// <summary>Notes how much managed memory is in use.</summary>
    internal void SampleMemory() => _peak = Math.Max(_peak, GC.GetTotalMemory(forceFullCollection: false));

    /// <summary>What the run did, as it stands now.</summary>
    internal NetReport Report()
    {
        SampleMemory();
        return new NetReport(_verb, Machine.Platform.Name, Output.Count, Output.Bytes, Elapsed, Output.Sha256(), _peak, Machine.Counters);
    }

    public async ValueTask DisposeAsync()
    {
        await _interruption.DisposeAsync().ConfigureAwait(false);
        _patience.Dispose();
        if (Output is not null) await Output.DisposeAsync().ConfigureAwait(false);
        try
        {
            await Machine.DisposeAsync().ConfigureAwait(false);
        }
        finally
        {
            foreach (MisuseReport report in Machine.Platform.Misuse.Reports) _host.Notice($"misuse: {report}");
        }
    }
}
