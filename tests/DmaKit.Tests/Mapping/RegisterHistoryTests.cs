using FsCheck;
using FsCheck.Fluent;

namespace DmaKit.Tests;

/// <summary>
/// Random histories of map, partial map, cancel, complete, abandon, reserve and quiet over three adapters of one domain: no register leaks, none
/// is given out twice, and nobody waits for ever.
/// </summary>
public sealed class RegisterHistoryTests
{
    private const int Registers = 20;

    [Fact]
    public void R1_RegistersNeverLeakAndAreNeverGivenOutTwice() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(300), Property((_, _) => { }));

    /// <summary>Somebody waited here for a reservation whose owner kept it to the end.</summary>
    [Fact]
    public void R1_AHistoryThatOnceWaitedForAReservation() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(1).WithReplay(17108765148509947563UL, 2845932067525581997UL, 11), Property((_, _) => { }));

    [Fact(Explicit = true), Trait("Category", "Soak")]
    public void R1_ManyHistoriesOfRegisters() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(20_000), Property((_, _) => { }));

    /// <summary>A driver that hands out the elements of one mapping twice; that completes before the device is done; that forgets a mapping;
    /// that holds one while it waits for the next; one that takes registers for side by side which are not.</summary>
    [Theory]
    [InlineData("MapsTwice", "given out twice")]
    [InlineData("CompletesEarly", "given out twice")]
    [InlineData("Forgets", "leaked")]
    [InlineData("HoldsAndWaits", "wait for ever")]
    [InlineData("IgnoresContiguity", "given out twice")]
    public void R1_TheSamePropertyCatchesTwins(string defect, string complaint)
    {
        Exception error = Assert.ThrowsAny<Exception>(() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(500), Property((history, random) =>
        {
            if (history.Live.Count == 0 || random.Next(4) != 0) return;
            Held held = history.Live[random.Next(history.Live.Count)];
            switch (defect)
            {
                case "MapsTwice":
                    history.Live.Add(held);
                    break;
                case "CompletesEarly":
                    held.Mapping.Complete(0);
                    break;
                case "HoldsAndWaits":
                    history.MapMore(held, random);
                    break;
                case "IgnoresContiguity":
                    break;
                default:
                    history.Live.Remove(held);
                    break;
            }
        }, complaint, believesInRuns: defect == "IgnoresContiguity")));
        Assert.Contains(complaint, error.ToString(), StringComparison.Ordinal);
    }

    private static Property Property(Action<History, Random> meddle, string only = "", bool believesInRuns = false) => Prop.ForAll(
        Histories.Arbitrary(80), steps => Histories.Holds(new History(believesInRuns).Play(steps, meddle), only));

    /// <summary>A mapping that is out, and where its registers are to the device.</summary>
    private sealed record Held(DmaMapping Mapping, HashSet<ulong> Pages, RegisterLease? Lease)
    {
        public bool IsPosted { get; set; }

        /// <summary>What it waits for before it is completed. Only a twin does.</summary>
        public Task? More { get; set; }
    }

    private sealed class History
    {
        private readonly PumpScheduler _pump = new();
        private readonly DmaAdapter[] _adapters;
        private readonly PlainMachine _machine;
        private readonly List<(Task<DmaMapping> Task, CancellationTokenSource Stop, RegisterLease? Lease, bool Cancelled)> _waits = [];
        private readonly List<RegisterLease> _leases = [];
        private readonly List<(DmaAdapter Adapter, HashSet<ulong> Pages)> _quarantined = [];

        private readonly bool _believesInRuns;

        public History(bool believesInRuns)
        {
            _believesInRuns = believesInRuns;
            _machine = new PlainMachine(inUse: page => page % 9 == 8, continuations: _pump);
            _machine.Memory.Registers = Registers;
            _adapters = [_machine.CreateAdapter(), _machine.CreateAdapter(new DmaConstraints { MaxElements = 1 }), _machine.CreateAdapter(new DmaConstraints { ScatterGather = false })];
        }

        public List<Held> Live { get; } = [];

        /// <summary>Asks for more registers, and lets go of what is held when they are there.</summary>
        public void MapMore(Held held, Random random)
        {
            if (held.More is not null) return;
            Task<DmaMapping> more;
            try
            {
                more = _adapters[0].MapAsync(new byte[(1 + random.Next(Registers / 2)) * 4096], DmaDirection.FromDevice).AsTask();
            }
            catch (DmaMappingException)
            {
                // So many are set aside.
                return;
            }

            held.More = more;
            _waits.Add((more, new CancellationTokenSource(), null, false));
        }

        public string? Play(int[] steps, Action<History, Random> meddle)
        {
            try
            {
                foreach (int step in steps)
                {
                    var random = new Random(step);
                    Act(random);
                    Collect();
                    meddle(this, random);
                    if (Wrong() is { } wrong) return wrong;
                }

                return Drain();
            }
            catch (DmaMisuseException e)
            {
                return e.Message;
            }
        }

        private void Act(Random random)
        {
            DmaAdapter adapter = _adapters[random.Next(3)];
            RegisterLease? lease = _leases.Find(l => l.Adapter == adapter && random.Next(2) == 0);
            var options = new MappingOptions { Lease = lease };
            byte[] data = new byte[1 + random.Next(7 * 4096)];
            try
            {
                switch (random.Next(9))
                {
                    case 0 or 1:
                        var stop = new CancellationTokenSource();
                        _waits.Add((adapter.MapAsync(data, DmaDirection.FromDevice, options, stop.Token).AsTask(), stop, lease, false));
                        break;
                    case 2 when adapter.TryMap(data, DmaDirection.Both, options, out DmaMapping mapping):
                        Keep(mapping, lease);
                        break;
                    case 3 when _waits.Count == 0:
                        ValueTask<PartialMapping> part = adapter.MapUpToAsync(new byte[60 * 4096].AsMemory(), DmaDirection.FromDevice, 512, options);
                        if (part.IsCompleted) Keep(part.Result.Mapping, lease);
                        else _waits.Add((Whole(part), new CancellationTokenSource(), lease, false));
                        break;
                    case 4 when _waits.Count > 0:
                        int at = random.Next(_waits.Count);
                        _waits[at].Stop.Cancel();
                        _waits[at] = _waits[at] with { Cancelled = true };
                        break;
                    case 5 when Live.Count > 0:
                        Held done = Take(random);
                        done.Mapping.Complete(random.Next((int)done.Mapping.Length + 1));
                        break;
                    case 6 when Live.Count > 0:
                        Held left = Take(random);
                        if (random.Next(2) == 0)
                        {
                            left.Mapping.MarkPosted();
                            left.IsPosted = true;
                        }

                        left.Mapping.Dispose();
                        if (left.IsPosted) _quarantined.Add((adapter, left.Pages));
                        break;
                    case 7 when adapter.TryReserveRegisters(1 + random.Next(4), out RegisterLease? made):
                        _leases.Add(made);
                        break;
                    case 8:
                        Quiet();
                        break;
                }
            }
            catch (Exception e) when (e is DmaMappingException or DmaResourceException)
            {
                // More than the adapter or the reservation can ever give.
            }

            _pump.RunUntilIdle();
        }

        private void Quiet()
        {
            foreach (DmaAdapter adapter in _adapters) adapter.DeclareQuiet();
            _quarantined.Clear();
        }

        private Held Take(Random random)
        {
            int at = random.Next(Live.Count);
            Held held = Live[at];
            Live.RemoveAt(at);
            return held;
        }

        private void Collect()
        {
            for (int i = _waits.Count - 1; i >= 0; i--)
            {
                if (!_waits[i].Task.IsCompleted) continue;
                if (_waits[i].Task.IsCompletedSuccessfully) Keep(_waits[i].Task.Result, _waits[i].Lease);
                else if (!_waits[i].Cancelled && !(_waits[i].Lease is not null && _waits[i].Task.Exception?.InnerException is ObjectDisposedException)) _ = _waits[i].Task.Result;
                _waits.RemoveAt(i);
            }
        }

        private void Keep(DmaMapping mapping, RegisterLease? lease)
        {
            var pages = new HashSet<ulong>();
            foreach (DmaElement real in mapping.Elements)
            {
                // Who believes that all is one run tells the device the first place and the whole length.
                DmaElement element = _believesInRuns ? new DmaElement(mapping.Elements[0].Address, mapping.Length) : real;
                for (long at = 0; at < element.Length; at += 4096) pages.Add((element.Address + at).Value >> 12);
            }

            Live.Add(new Held(mapping, pages, lease));
        }

        private string? Wrong()
        {
            var seen = new HashSet<ulong>();
            foreach (HashSet<ulong> pages in Live.Select(h => h.Pages).Concat(_quarantined.Select(q => q.Pages)))
            {
                foreach (ulong page in pages)
                {
                    if (!seen.Add(page)) return $"register page {page:X} was given out twice";
                }
            }

            int shared = Live.Where(h => h.Lease is null).Sum(h => h.Pages.Count);
            int free = _machine.Domain.MapRegisters.Free;
            int lent = _leases.Sum(l => l.Count);
            return free > Registers - lent - shared ? $"{free} registers are free, {lent} reserved, {shared} held: given out twice, of {Registers}" : null;
        }

        private string? Drain()
        {
            Quiet();
            for (int round = 0; round < 1000 && (Live.Count > 0 || _waits.Count > 0); round++)
            {
                foreach (Held held in Live.ToArray())
                {
                    if (held.More is { IsCompleted: false }) continue;
                    held.Mapping.Complete(0);
                    Live.Remove(held);
                }

                Quiet();
                _pump.RunUntilIdle();
                Collect();

                // Somebody may wait for what is reserved: the owner of a reservation gives it back, too, and turns away who waits for it.
                if (Live.Exists(h => h.More is null) || _waits.Count == 0) continue;
                foreach (RegisterLease lease in _leases) lease.Dispose();
                _leases.Clear();
                _pump.RunUntilIdle();
                Collect();
            }

            if (_waits.Count > 0) return $"{_waits.Count} wait for ever";
            foreach (RegisterLease lease in _leases)
            {
                if (lease.Free != lease.Count) return $"{lease.Count - lease.Free} registers of a reservation leaked";
                lease.Dispose();
            }

            int free = _machine.Domain.MapRegisters.Free;
            int capacity = _machine.Domain.MapRegisters.Capacity;
            return free == capacity ? null : $"{capacity - free} registers leaked";
        }

        private static async Task<DmaMapping> Whole(ValueTask<PartialMapping> part) => (await part).Mapping;
    }
}
