using System.Numerics;
using DmaKit.Native;

namespace DmaKit;

public sealed partial class CommandPool<TPacket, TReply>
{
    private readonly ITimer _timer;

    /// <summary>Ticks of the platform's clock for one of 100 ns.</summary>
    private readonly double _ticks;
    private long _armed = long.MaxValue;
    private long _lateTotal;
    private long _unknownTags;
    private long _staleTags;
    private int _posted;
    private int _postedHighWater;
    private int _quarantined;

    /// <summary>The pool's counts. Each is right by itself; together they are as of nearly one moment.</summary>
    public CommandPoolStatistics Statistics
    {
        get
        {
            (long posted, long completed) = (0, 0);
            foreach (CommandSlot<TPacket, TReply> slot in _slots)
            {
                posted += slot.PostedTotal;
                completed += slot.CompletedTotal;
            }

            return new CommandPoolStatistics(
                Capacity, (int)_line.Available, _posted, _quarantined, _line.Waiting, posted, completed,
                Interlocked.Read(ref _lateTotal), Interlocked.Read(ref _unknownTags), Interlocked.Read(ref _staleTags), _postedHighWater);
        }
    }

    internal long DeadlineOf(TimeSpan timeout)
    {
        if (timeout == Timeout.InfiniteTimeSpan) return long.MaxValue;
        double ticks = timeout.Ticks * _ticks;
        long now = _platform.Clock.GetTimestamp();
        return ticks >= long.MaxValue - now ? long.MaxValue : now + Math.Max(1, (long)ticks);
    }

    /// <summary>One timer a pool, set to the earliest deadline: setting it again is only needed for an earlier one.</summary>
    internal void Arm(long deadline)
    {
        if (deadline >= Fence.Read(in _armed)) return;
        lock (_timer)
        {
            if (deadline >= _armed) return;
            Interlocked.Exchange(ref _armed, deadline);
            TimeProvider clock = _platform.Clock;
            TimeSpan due = clock.GetElapsedTime(clock.GetTimestamp(), deadline);
            _timer.Change(due > TimeSpan.Zero ? due : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }
    }

    internal void NotePosted(CommandSlot<TPacket, TReply> slot)
    {
        int now = Interlocked.Increment(ref _posted);
        int high = _postedHighWater;
        while (now > high && (high = Interlocked.CompareExchange(ref _postedHighWater, now, high)) < now)
        {
        }

        _platform.Observer?.OnPosted(this, slot.Tag, slot.LogicalAddress);
    }

    internal void NoteUnposted() => Interlocked.Decrement(ref _posted);

    internal void NoteEnded(CommandSlot<TPacket, TReply> slot, CommandStatus status) => _platform.Observer?.OnCompleted(this, slot.Tag, status);

    /// <summary>Delivers the outcome, where continuations run.</summary>
    internal void Deliver(CommandSlot<TPacket, TReply> slot) => _platform.Continuations.Schedule(slot);

    internal void NoteOverdue(CommandTag tag, LogicalAddress packet, CommandStatus why)
    {
        if (_options.Supervisor is not null)
            _platform.Continuations.Schedule(new Overdue(this, tag, packet, why));
    }

    internal void NoteOverrun(CommandSlot<TPacket, TReply> slot, long claimed, long mapped) =>
        _platform.Misuse.Report(new MisuseReport(
            "device-claims-more-than-mapped", $"the device says it transferred {claimed} bytes of a mapping of {mapped} ({slot.Tag}); {mapped} are taken.", Name));

    internal Quarantine.Kept Keep(CommandSlot<TPacket, TReply> slot, MappingSlot? data, CommandStatus why)
    {
        Interlocked.Increment(ref _quarantined);
        string reason = why == CommandStatus.TimedOut ? "timed out at the device" : "given up by its caller while at the device";
        string what = data is null ? $"packet of {slot.Tag} of '{Name}'" : $"packet of {slot.Tag} of '{Name}' and {data.RegisterCount} map registers";
        long bytes = _packets.PieceLength + (data is null ? 0 : (long)data.RegisterCount * Adapter.Domain.MapRegisters.PageSize);
        return Adapter.Domain.Keep(Adapter, what, bytes, reason, static () => { });
    }

    internal void Unkeep(Quarantine.Kept kept)
    {
        Interlocked.Decrement(ref _quarantined);
        Adapter.Domain.Quarantine.Remove(kept);
    }

    private void CheckDeadlines()
    {
        Interlocked.Exchange(ref _armed, long.MaxValue);
        long now = _platform.Clock.GetTimestamp();
        long next = long.MaxValue;
        foreach (CommandSlot<TPacket, TReply> slot in _slots) next = Math.Min(next, slot.ExpireIfDue(now));

        if (next != long.MaxValue) Arm(next);
    }

    private void NoteVerdict(CommandTag tag, TagVerdict verdict)
    {
        if (verdict == TagVerdict.Late)
        {
            // Not the driver's fault, and no harm done: nothing was reused meanwhile. Checkers are told, at every doubling.
            long late = Interlocked.Increment(ref _lateTotal);
            MisuseLog misuse = Adapter.Function.Platform.Misuse;
            if (misuse.IsHeard && BitOperations.IsPow2(late))
                misuse.NoteRefused("device-completed-late", Name, $"{tag} came back after its caller had given up ({late} so far). Its packet and memory are free again.");
            return;
        }

        long count = verdict == TagVerdict.Unknown ? Interlocked.Increment(ref _unknownTags) : Interlocked.Increment(ref _staleTags);

        // A device that storms must not fill the log: the first is reported, then every doubling.
        if (!BitOperations.IsPow2(count)) return;
        _platform.Misuse.Report(new MisuseReport(
            verdict == TagVerdict.Unknown ? "device-returned-unknown-tag" : "device-returned-stale-tag",
            verdict == TagVerdict.Unknown
                ? $"{tag} names none of the {Capacity} packets ({count} so far). Ignored."
                : $"{tag} was given back before or never posted ({count} so far). Ignored.",
            Name));
    }

    private sealed class Overdue(CommandPool<TPacket, TReply> pool, CommandTag tag, LogicalAddress packet, CommandStatus why) : IThreadPoolWorkItem
    {
        public void Execute()
        {
            try
            {
                pool._options.Supervisor!.OnOverdue(tag, packet, why);
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                pool._platform.Misuse.Report(new MisuseReport(
                    "supervisor-threw", $"the supervisor threw {e.GetType().Name} for {tag}: {e.Message}", pool.Name, e));
            }
        }
    }
}
