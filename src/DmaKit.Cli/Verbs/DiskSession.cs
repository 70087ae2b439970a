using DmaKit.Drivers;

namespace DmaKit.Cli;

/// <summary>One run of a disk verb: a machine with the images as its disks, buffers, and one transfer.</summary>
internal sealed class DiskSession : IAsyncDisposable
{
    private readonly ToolHost _host;
    private readonly string _verb;
    private readonly TransferBuffers _buffers;

    private DiskSession(ToolHost host, string verb, DiskMachine machine, TransferBuffers buffers, Transfer transfer)
    {
        _host = host;
        _verb = verb;
        Machine = machine;
        _buffers = buffers;
        Transfer = transfer;
    }

    /// <summary>The machine.</summary>
    internal DiskMachine Machine { get; }

    /// <summary>The transfer.</summary>
    internal Transfer Transfer { get; }

    /// <summary>Starts the machine.</summary>
    /// <param name="host">Where notices and progress go.</param>
    /// <param name="verb">The verb's name, for the report.</param>
    /// <param name="label">What is going on, for the progress line.</param>
    /// <param name="total">How many bytes there will be, or null.</param>
    /// <param name="settings">What the machine is like.</param>
    /// <param name="images">The disks; owned by the session.</param>
    /// <param name="interrupted">Ctrl-C.</param>
    internal static Task<DiskSession> StartAsync(
        ToolHost host, string verb, string label, long? total, MachineSettings settings, IReadOnlyList<ImageFile> images, CancellationToken interrupted)
    {
        foreach (ImageFile image in images) image.TellOfRest(host);
        return StartAsync(host, verb, label, total, DiskMachine.StartAsync(settings, [.. images.Select(i => new FileMedium(i))], host.Notice, interrupted), interrupted);
    }

    /// <summary>Starts this machine's own adapter.</summary>
    /// <param name="host">Where notices and progress go.</param>
    /// <param name="verb">The verb's name, for the report.</param>
    /// <param name="label">What is going on, for the progress line.</param>
    /// <param name="total">How many bytes there will be, or null.</param>
    /// <param name="settings">Which adapter it is.</param>
    /// <param name="disks">Its disks, as they were typed.</param>
    /// <param name="interrupted">Ctrl-C.</param>
    internal static Task<DiskSession> StartHardwareAsync(
        ToolHost host, string verb, string label, long? total, MachineSettings settings, IReadOnlyList<string> disks, CancellationToken interrupted) =>
        StartAsync(host, verb, label, total, DiskMachine.StartAsync(settings, [], host.Notice, interrupted, [.. disks.Select(DiskNumber.Of)]), interrupted);

    private static async Task<DiskSession> StartAsync(ToolHost host, string verb, string label, long? total, Task<DiskMachine> starting, CancellationToken interrupted)
    {
        DiskMachine machine = await starting.ConfigureAwait(false);
        TransferBuffers? buffers = null;
        try
        {
            buffers = TransferBuffers.Allocate(machine, host.Notice);
            await machine.OpenDisksAsync(interrupted).ConfigureAwait(false);
            return new DiskSession(host, verb, machine, buffers, new Transfer(buffers, new Meter(host, label, total), interrupted));
        }
        catch
        {
            buffers?.Dispose();
            await machine.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Runs the transfer; what a disk or Ctrl-C makes of it becomes one line.</summary>
    /// <param name="work">The transfer.</param>
    /// <param name="done">What had been done to the bytes so far, such as <c>written</c>.</param>
    internal async Task RunAsync(Func<Task> work, string done)
    {
        try
        {
            await work().ConfigureAwait(false);
        }
        catch (BlockDeviceException e)
        {
            throw Machine.Explain(e);
        }
        catch (OperationCanceledException e) when (Transfer.Interrupted.IsCancellationRequested)
        {
            throw new ToolException($"interrupted; {SizeText.Exact(Transfer.Meter.Bytes)} bytes were {done}", ExitCode.Interrupted, e);
        }
        finally
        {
            Transfer.Meter.Stop();
        }
    }

    /// <summary>What the run did, as it stands now.</summary>
    /// <param name="hashed">Whether the bytes were hashed.</param>
    internal DiskReport Report(bool hashed) => new(
        _verb, Machine.Platform.Name, Transfer.Meter.Bytes, Transfer.Meter.Elapsed, hashed ? Transfer.Sha256() : null,
        Transfer.Meter.PeakManagedBytes, Machine.Counters);

    public async ValueTask DisposeAsync()
    {
        Transfer.Meter.Stop();
        Transfer.Dispose();
        _buffers.Dispose();
        try
        {
            await Machine.DisposeAsync().ConfigureAwait(false);
        }
        finally
        {
            // The library reports misuse instead of throwing from a disposal; here that would be a bug of the tool.
            foreach (MisuseReport report in Machine.Platform.Misuse.Reports) _host.Notice($"misuse: {report}");
        }
    }
}
