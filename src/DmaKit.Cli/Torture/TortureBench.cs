using System.Globalization;
using DmaKit.Devices;
using DmaKit.Drivers;
using DmaKit.Emulation;
using DmaKit.Platforms;

namespace DmaKit.Cli;

/// <summary>What one plan of the torture has: its machine, its oracle, its faults, and the account of what became of every request.</summary>
/// <remarks>For one thread: the one that runs the stepped machine.</remarks>
internal sealed class TortureBench
{
    private const int MostFindings = 12;

    private readonly SortedDictionary<long, string> _open = [];
    private readonly List<string> _findings = [];
    private readonly List<PciFunction> _functions = [];
    private readonly int _thread = Environment.CurrentManagedThreadId;
    private long _number;

    internal TortureBench(EmulatedPlatform machine, ReuseOracle oracle, Random random)
    {
        (Machine, Oracle, Random) = (machine, oracle, random);
    }

    internal EmulatedPlatform Machine { get; }

    internal ReuseOracle Oracle { get; }

    internal Random Random { get; }

    /// <summary>What goes wrong; nothing until the scenario has chosen its device.</summary>
    internal FaultPlan Faults { get; set; } = new([]);

    /// <summary>Whether errors of requests need no fault that explains them.</summary>
    internal bool ExcusesErrors { get; set; }

    /// <summary>Puts something of ours that is broken on purpose round a device; null for nothing.</summary>
    internal Func<DeviceModel, DeviceModel>? Plant { get; init; }

    /// <summary>What is still out. It counts by itself where the machine tells it.</summary>
    internal TortureLeaks Leaks { get; } = new();

    /// <summary>How many requests were begun.</summary>
    internal long Requests => _number;

    /// <summary>Requests that ended neither with right data nor with an error that a fault explains, and things that never came back.</summary>
    internal long Lost { get; private set; }

    /// <summary>Requests that have not ended.</summary>
    internal IReadOnlyCollection<string> Open => _open.Values;

    /// <summary>What was found, as sentences; the first few.</summary>
    internal IReadOnlyList<string> Findings => _findings;

    internal bool MayFail => ExcusesErrors || Faults.Effects.HasFlag(FaultEffect.Errors);

    /// <summary>Which bytes may be wrong by what has struck so far.</summary>
    internal FaultEffect Bytes => Faults.Effects;

    /// <summary>Chooses the faults, puts the device into the machine and opens it.</summary>
    internal async Task<PciFunction> OpenAsync(DeviceModel model, ToldReader reader, FaultPlan? faults)
    {
        DeviceModel device = model;
        if (faults is not null)
        {
            Faults = faults;
            faults.Interpose(Machine);
            device = faults.Wrap(model, FaultTarget.For(model, Machine.Options.Iommu));
        }

        string address = Oracle.Add(device, reader, faults is null ? null : Plant);
        PciFunction function = await Machine.OpenAsync(address).ConfigureAwait(false);
        _functions.Add(function);
        return function;
    }

    /// <summary>
    /// All drivers have ended: closes what they ran on. Before that nothing may be out any more where nothing went wrong; and whatever went wrong, nothing may be once
    /// the devices were pulled out, which a part of the plans does.
    /// </summary>
    internal async Task CloseAsync()
    {
        DmaDomain[] domains = [.. _functions.Select(f => f.Domain)];

        // What ends at the devices' quiet ends where continuations run.
        await PauseAsync(TimeSpan.FromMilliseconds(1)).ConfigureAwait(false);
        if (!MayFail)
        {
            foreach (string left in Leaks.Find(Machine, domains)) Lose($"though nothing went wrong, {left}");
            foreach (MisuseReport report in Machine.Misuse.Reports) Lose($"though nothing went wrong, {report.Owner}: {report.Message}");
        }

        if (Random.Next(4) > 0)
        {
            foreach (PciFunction function in _functions) Machine.Remove(function.Info.Address);
            await PauseAsync(TimeSpan.FromMilliseconds(1)).ConfigureAwait(false);
            foreach (string left in Leaks.Find(Machine, domains)) Lose($"after the device was pulled out, {left}");
        }

        foreach (PciFunction function in _functions)
            await AskAsync("end of the function", async _ => await function.DisposeAsync().ConfigureAwait(false)).ConfigureAwait(false);
    }

    /// <summary>One request: whatever becomes of it is accounted for.</summary>
    /// <param name="what">Its name in findings.</param>
    /// <param name="work">The request.</param>
    /// <param name="limit">When its caller gives up; null for never.</param>
    /// <returns>Whether it ended well.</returns>
    internal async Task<bool> AskAsync(string what, Func<CancellationToken, ValueTask> work, TimeSpan? limit = null)
    {
        long number = _number++;
        _open.Add(number, what);
        using CancellationTokenSource? giveUp = limit is { } time ? new CancellationTokenSource(time, Machine.Clock) : null;
        try
        {
            await work(giveUp?.Token ?? default).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException) when (giveUp is { IsCancellationRequested: true })
        {
            return false;
        }
        catch (Exception e) when (e is DmaException or BlockDeviceException or MailboxException)
        {
            // Too little memory is an answer, too: machines are small and fragmented here.
            if (!MayFail && e is not DmaResourceException) Lose($"{what} failed though nothing went wrong: {e.GetType().Name}: {e.Message}");
            return false;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            Lose($"{what} ended with {e.GetType().Name}: {e.Message} {e.StackTrace?.Split('\n').FirstOrDefault()?.Trim()}");
            return false;
        }
        finally
        {
            // What leaves the machine's one thread is not played again the same way: a replay would be worth nothing.
            if (Environment.CurrentManagedThreadId != _thread) Lose($"{what} ended on another thread than the machine's");
            _open.Remove(number);
        }
    }

    /// <summary>Something is lost.</summary>
    internal void Lose(string what)
    {
        Lost++;
        Note($"lost: {what}");
    }

    /// <summary>A sentence for who looks into it.</summary>
    internal void Note(string what)
    {
        if (_findings.Count < MostFindings) _findings.Add(what);
    }

    /// <summary>A time between two, by the seed.</summary>
    internal TimeSpan Between(double leastMilliseconds, double mostMilliseconds) =>
        TimeSpan.FromMilliseconds(leastMilliseconds + (Random.NextDouble() * (mostMilliseconds - leastMilliseconds)));

    /// <summary>After a while on the machine's clock.</summary>
    internal Task PauseAsync(TimeSpan time) => Task.Delay(time, Machine.Clock);

    /// <summary>A system buffer, or null where the machine has none left.</summary>
    internal SystemBuffer? TryBuffer(int length)
    {
        try
        {
            return Machine.AllocateSystemBuffer(length);
        }
        catch (DmaResourceException)
        {
            return null;
        }
    }

    internal static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
