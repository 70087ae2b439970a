namespace DmaKit;

public sealed partial class CommandPool<TPacket, TReply>
{
    private readonly Lock _gate = new();

    /// <summary>Under the gate.</summary>
    private readonly Stack<RentWaiter> _idleWaiters = new();
    private readonly PacketLine _line;
    private bool _stuck;

    private RentWaiter TakeIdleWaiter()
    {
        lock (_gate) return _idleWaiters.Count > 0 ? _idleWaiters.Pop() : new RentWaiter(this);
    }

    private void Recycle(RentWaiter waiter)
    {
        lock (_gate) _idleWaiters.Push(waiter);
    }

    private void EndWaiters(Exception error)
    {
        while (_line.TryTurnAway(out Waiter? waiter)) Adapter.Domain.Waits.TurnAway(waiter, error);
    }

    private DmaException StuckError() => new(
        $"{Adapter.Function.Info.Address} does not let go of what it has, and could not be reset: '{Name}' hands out no packet until the device is known to be quiet.");

    /// <summary>The packets, and who waits for one.</summary>
    private sealed class PacketLine(CommandPool<TPacket, TReply> pool) : WaitLine(pool.Adapter.Domain)
    {
        public override string Name => $"packets of '{pool.Name}'";

        public override long Total => pool.Capacity;

        public override long Available
        {
            get
            {
                using (Pass()) return pool._freeCount;
            }
        }

        /// <summary>Takes a packet now, unless that would pass somebody who waits.</summary>
        public CommandSlot<TPacket, TReply>? TryTakeNow(bool holding)
        {
            using (Pass())
            {
                ThrowIfClosed();
                return IsOpenTo(holding) ? pool.TakeFree() : null;
            }
        }

        /// <summary>A packet is free again.</summary>
        /// <returns>Whether somebody waits for it.</returns>
        public bool GiveBack(CommandSlot<TPacket, TReply> slot)
        {
            using (Pass())
            {
                pool._free[pool._freeCount++] = slot.Index;
                return !IsEmpty;
            }
        }

        /// <summary>The pool ends.</summary>
        /// <param name="out">How many packets are out.</param>
        /// <returns>False when it had ended before.</returns>
        public bool TryClose(out int @out)
        {
            using (Pass())
            {
                @out = pool.Capacity - pool._freeCount;
                if (pool._disposed) return false;
                return pool._disposed = true;
            }
        }

        /// <summary>Whether the device does not let go of anything any more.</summary>
        public void SetStuck(bool stuck)
        {
            using (Pass()) pool._stuck = stuck;
        }

        protected override bool TryTake(Waiter waiter) => ((RentWaiter)waiter).Take(pool.TakeFree());

        protected override void ThrowIfClosed()
        {
            ObjectDisposedException.ThrowIf(pool._disposed, pool);
            if (pool._stuck) throw pool.StuckError();
        }
    }

    /// <summary>A caller who waits for a packet.</summary>
    private sealed class RentWaiter(CommandPool<TPacket, TReply> pool) : ResultWaiter<Command<TPacket, TReply>>(pool.Adapter)
    {
        private CommandSlot<TPacket, TReply>? _slot;

        public override Hold Hold => pool.HoldOf(_slot!);

        public CommandSlot<TPacket, TReply> Slot => _slot!;

        public void Prepare(DmaRequest? request)
        {
            _slot = null;
            Renew(pool._line, request);
        }

        public bool Take(CommandSlot<TPacket, TReply>? slot) => (_slot = slot) is not null;

        protected override Command<TPacket, TReply> Hand() => pool.Hand(_slot!, Request);

        protected override void Recycle() => pool.Recycle(this);
    }
}
