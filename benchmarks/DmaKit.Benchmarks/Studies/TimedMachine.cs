using DmaKit.Platforms;

namespace DmaKit.Benchmarks;

/// <summary>
/// An emulated machine that tells a clock whenever the time goes over from a driver to the machine and back: in register accesses, in scheduling and
/// running continuations, in delivering interrupts. What lies between is the driver's, the core's and their caller's, and nobody else's.
/// </summary>
internal sealed class TimedMachine : DmaPlatform
{
    private readonly DmaPlatform _inner;
    private readonly DiskClock _clock;

    public TimedMachine(DmaPlatform inner, DiskClock clock)
    {
        (_inner, _clock) = (inner, clock);
        Continuations = new TimedScheduler(inner.Continuations, clock);
    }

    public override string Name => _inner.Name;

    public override TimeProvider Clock => _inner.Clock;

    public override ContinuationScheduler Continuations { get; }

    public override IReadOnlyList<PciFunctionInfo> Functions => _inner.Functions;

    public override async ValueTask<PciFunction> OpenAsync(string address, CancellationToken cancellationToken = default) =>
        new TimedFunction(this, await _inner.OpenAsync(address, cancellationToken));

    public override SystemBuffer AllocateSystemBuffer(long length) => _inner.AllocateSystemBuffer(length);

    public override ValueTask DisposeAsync() => _inner.DisposeAsync();

    private sealed class TimedScheduler(ContinuationScheduler inner, DiskClock clock) : ContinuationScheduler
    {
        private readonly DiskClock _clock = clock;
        private readonly Stack<Turn> _idle = new();

        public override void Schedule(IThreadPoolWorkItem work)
        {
            _clock.Pass(DiskPart.Machine);
            if (!_idle.TryPop(out Turn? turn)) turn = new Turn(this);
            turn.Work = work;
            inner.Schedule(turn);
            _clock.Pass(null);
        }

        private sealed class Turn(TimedScheduler scheduler) : IThreadPoolWorkItem
        {
            public IThreadPoolWorkItem? Work { get; set; }

            public void Execute()
            {
                IThreadPoolWorkItem work = Work!;
                scheduler._idle.Push(this);
                DiskClock clock = scheduler._clock;
                clock.Pass(null);
                work.Execute();
                clock.EndTurn(DiskPart.Completion);
            }
        }
    }

    private sealed class TimedFunction : PciFunction
    {
        private readonly TimedMachine _machine;
        private readonly PciFunction _inner;

        public TimedFunction(TimedMachine machine, PciFunction inner)
        {
            (_machine, _inner) = (machine, inner);
            Interrupts = [.. inner.Interrupts.Select(v => new TimedVector(this, v, machine._clock))];
        }

        public override PciFunctionInfo Info => _inner.Info;

        public override DmaPlatform Platform => _machine;

        public override DmaDomain Domain => _inner.Domain;

        public override PciConfigSpace Config => _inner.Config;

        public override IReadOnlyList<InterruptVector> Interrupts { get; }

        public override bool BusMaster
        {
            get => _inner.BusMaster;
            set => _inner.BusMaster = value;
        }

        public override bool CanReset => _inner.CanReset;

        public override RegisterWindow MapBar(int bar) => new TimedWindow(this, _inner.MapBar(bar), _machine._clock);

        public override ValueTask DisposeAsync() => _inner.DisposeAsync();

        protected override ValueTask ResetCoreAsync(CancellationToken cancellationToken) => _inner.ResetAsync(cancellationToken);
    }

    /// <summary>Registers of 32 bits: the driver of the disk has no others.</summary>
    private sealed class TimedWindow(PciFunction function, RegisterWindow inner, DiskClock clock) : RegisterWindow(function, inner.Bar, inner.Length)
    {
        protected override ulong ReadCore(long offset, int size)
        {
            clock.Pass(DiskPart.Machine);
            ulong value = inner.Read32(offset);
            clock.Pass(null);
            return value;
        }

        protected override void WriteCore(long offset, int size, ulong value)
        {
            clock.Pass(DiskPart.Machine);
            inner.Write32(offset, (uint)value);
            clock.Pass(null);
        }
    }

    private sealed class TimedVector(PciFunction function, InterruptVector inner, DiskClock clock) : InterruptVector(function, inner.Index, inner.Kind)
    {
        private InterruptRegistration? _registration;

        protected override void SetMasked(bool masked)
        {
            if (!masked) _registration ??= inner.Handle(Pass);
        }

        private bool Pass(in CallbackContext context)
        {
            clock.Pass(null);
            bool handled = Deliver();
            clock.EndTurn(DiskPart.Interrupt);
            return handled;
        }
    }
}
