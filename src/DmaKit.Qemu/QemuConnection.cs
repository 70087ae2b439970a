using System.Net.Sockets;
using DmaKit.Native;

namespace DmaKit.Qemu;

/// <summary>A QEMU that was started and that answers.</summary>
internal sealed class QemuConnection
{
    private static readonly TimeSpan DeathPatience = TimeSpan.FromSeconds(5);

    private QemuConnection(QemuProcess process, QtestClient client)
    {
        Process = process;
        Client = client;
    }

    internal QemuProcess Process { get; }

    internal QtestClient Client { get; }

    /// <summary>Starts QEMU and waits until it has answered. Afterwards nothing of it has a name in the file system.</summary>
    internal static async Task<QemuConnection> OpenAsync(QemuProgram program, QemuPlatformOptions options, FileMemory memory, CancellationToken cancellationToken)
    {
        PrivateDirectory.Sweep(TimeProvider.System);
        using PrivateDirectory directory = PrivateDirectory.Create();
        string rom = Path.Combine(directory.Path, "rom");
        string door = Path.Combine(directory.Path, "qtest");
        await File.WriteAllBytesAsync(rom, HaltingRom.Bytes(), cancellationToken).ConfigureAwait(false);
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(door));
        listener.Listen(1);
        QemuProcess process = await QemuProcess.StartAsync(program, options.CommandLine(memory.PathForOthers, rom, door), options.Variables).ConfigureAwait(false);
        Socket? socket = null;
        try
        {
            socket = await AcceptAsync(listener, process, options.StartTimeout, cancellationToken).ConfigureAwait(false);
            var client = new QtestClient(new SocketWire(socket, options.AnswerTimeout), options.AnswerTimeout, options.Trace) { Explain = why => Explain(process, why) };
            client.Start();

            // QEMU answers when it has read its firmware and made its devices.
            client.WatchLines("ioapic");
            return new QemuConnection(process, client);
        }
        catch
        {
            socket?.Dispose();
            process.Kill();
            await process.Exited.ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Ends QEMU at once; completes when it is gone.</summary>
    internal async ValueTask AbandonAsync()
    {
        Process.Kill();
        await Process.Exited.ConfigureAwait(false);
        Client.Dispose();
        Process.Dispose();
    }

    private static async Task<Socket> AcceptAsync(Socket listener, QemuProcess process, TimeSpan limit, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        stop.CancelAfter(limit);
        Task<Socket> accepted = listener.AcceptAsync(stop.Token).AsTask();
        try
        {
            if (await Task.WhenAny(accepted, process.Exited).ConfigureAwait(false) == accepted) return await accepted.ConfigureAwait(false);
            await stop.CancelAsync().ConfigureAwait(false);
            throw new DeviceLostException(process.Epitaph());
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new DeviceLostException($"QEMU has not started within {limit.TotalSeconds:0} s. {process.Epitaph()}");
        }
    }

    /// <summary>QEMU does not answer any more. Makes sure that it is gone, and says why in its own words.</summary>
    private static string Explain(QemuProcess process, string why)
    {
        // What closed the connection is about to end by itself, and its exit code says how.
        if (!process.Exited.Wait(TimeSpan.FromMilliseconds(500))) process.Kill();
        process.Exited.Wait(DeathPatience);
        return $"{why} {process.Epitaph()}";
    }
}
