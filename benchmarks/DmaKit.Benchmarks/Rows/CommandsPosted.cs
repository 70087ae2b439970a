using System.Collections.Concurrent;

namespace DmaKit.Benchmarks;

/// <summary>
/// A command from renting its packet to the awaited outcome, on a device that does nothing: packet, tag, deadline, doorbell, completion.
/// The peer is what is written by hand for lack of a pool: a task source a command, found by id in a dictionary.
/// </summary>
internal sealed class CommandsPosted : Row
{
    private readonly IdleCommands _ours = new(depth: 1);

    public override string Id => "commands-net";

    public override string Title => "command from rented packet to awaited outcome, device that does nothing";

    public override string Peer => "TaskCompletionSource in a ConcurrentDictionary";

    public override string Note => "ours writes a doorbell register and keeps a deadline; the peer does neither";

    public override Measurement Measure(Sampler sampler) => sampler.Compare(_ours.Run, n => TheirsAsync(n).GetAwaiter().GetResult());

    public override void Dispose() => _ours.Dispose();

    private static async Task<long> TheirsAsync(int n)
    {
        var posted = new ConcurrentDictionary<uint, TaskCompletionSource<int>>();
        byte[] packet = new byte[64];
        for (uint i = 0; i < n; i++)
        {
            var source = new TaskCompletionSource<int>(TaskCreationOptions.None);
            posted[i] = source;
            packet[0] = (byte)i;
            Task<int> ended = source.Task;
            if (posted.TryRemove(i, out TaskCompletionSource<int>? done)) done.SetResult((int)i);
            await ended;
        }

        return n;
    }
}
