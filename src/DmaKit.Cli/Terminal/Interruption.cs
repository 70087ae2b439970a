using System.Runtime.InteropServices;

namespace DmaKit.Cli;

/// <summary>
/// Ctrl-C and termination signals. The first one asks the running verb to stop and drain; the second is left to the system, which
/// ends the process at once.
/// </summary>
internal sealed class Interruption : IDisposable
{
    private readonly CancellationTokenSource _source;
    private readonly List<PosixSignalRegistration> _registrations = [];
    private int _signals;

    private Interruption(CancellationToken outer) => _source = CancellationTokenSource.CreateLinkedTokenSource(outer);

    /// <summary>Cancelled by the first signal.</summary>
    internal CancellationToken Token => _source.Token;

    /// <summary>Listens to the signals of this process.</summary>
    internal static Interruption OfProcess(CancellationToken outer)
    {
        var interruption = new Interruption(outer);
        interruption._registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGINT, interruption.OnSignal));
        interruption._registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGTERM, interruption.OnSignal));
        return interruption;
    }

    /// <summary>Listens to nothing but the caller's token.</summary>
    internal static Interruption None(CancellationToken outer) => new(outer);

    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations) registration.Dispose();
        _source.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        if (Interlocked.Increment(ref _signals) > 1) return;
        context.Cancel = true;
        try
        {
            _source.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The verb had just ended by itself.
        }
    }
}
