using System.Runtime.CompilerServices;
using DmaKit.Native;
using DmaKit.Platforms;

namespace DmaKit;

/// <summary>What is behind a <see cref="DmaMapping"/>: reused from mapping to mapping, told apart by generation.</summary>
/// <remarks>Owned by whoever planned it until <see cref="Begin"/>, then by the handle; ends once, whoever ends it.</remarks>
internal sealed partial class MappingSlot : IRegisterTaker
{
    private const string CompletedTwice = "mapping-completed-twice";

    private readonly MappingPlan _plan;
    private readonly MappingTally _tally;
    private readonly DmaPlatform _platform;
    private readonly MapRegisters _mapRegisters;
    private readonly WaitAccount _waits;
    private readonly Fragment[] _alone = new Fragment[1];
    private Fragment[] _fragments;
    private int _fragmentCount;
    private ChainCore? _chain;
    private ChainCursor _start;
    private long _asked;
    private DmaRequest? _unnamed;
    private RegisterLease? _lease;
    private bool _taken;
    private bool _held;
    private DmaElement[] _elements = new DmaElement[4];
    private int[] _registers = new int[4];
    private int[] _pointed = [];
    private int _pointedCount;
    private int _elementCount;
    private long _generation;
    private long _live;
    private long _handedOver = -1;
    private bool _posted;

    public MappingSlot(DmaAdapter adapter)
    {
        Adapter = adapter;
        _plan = new MappingPlan(adapter);
        _mapRegisters = adapter.Domain.MapRegisters;
        _waits = adapter.Domain.Waits;
        _tally = _mapRegisters.NewTally(adapter);
        _platform = adapter.Function.Platform;
        NeedsTurn = !adapter.Constraints.ScatterGather;
        _fragments = _alone;
    }

    public DmaAdapter Adapter { get; }

    public DmaDirection Direction { get; private set; }

    public ReadOnlySpan<DmaElement> Elements => _elements.AsSpan(0, _elementCount);

    /// <summary>How many bytes of data are mapped; headroom is not data.</summary>
    public long Length => _plan.Length - _headroom;

    /// <summary>How many bytes of the request the plan leaves for later.</summary>
    public long Remaining => _asked - _plan.Length;

    public long BouncedBytes { get; private set; }

    public int RegisterCount => _plan.Registers;

    public bool NeedsOneRun => _plan.NeedsOneRun;

    public int[] Registers => _registers;

    /// <summary>The registers that it takes from.</summary>
    public RegisterPool Pool => _lease?.Pool ?? _mapRegisters.Shared;

    /// <summary>Whether its device takes one mapping at a time.</summary>
    public bool NeedsTurn { get; }

    /// <summary>
    /// What it serves. A mapping that holds its adapter's turn while it waits for registers is a request of its own where none was named:
    /// what it holds is known.
    /// </summary>
    public DmaRequest? Request { get; private set; }

    public Hold TurnHold => new(Adapter.Turn, 0, 1);

    public Hold RegisterHold => new(Pool, 0, _plan.Registers, _registers);

    private ReadOnlySpan<Fragment> Fragments => _fragments.AsSpan(0, _fragmentCount);

    public bool IsLive(long generation) => Fence.Read(in _live) == generation;

    /// <summary>The request is one piece of memory.</summary>
    public void Ask(ReadOnlyMemory<byte> data, DmaDirection direction, in MappingOptions options)
    {
        _alone[0] = FragmentMemory.Of(data);
        if (_fragments != _alone) _fragments = _alone;
        (_fragmentCount, _start) = (1, default);
        (_asked, Direction) = (data.Length, direction);
        Take(options);
    }

    /// <summary>The request is a chain, which stays as it is until the mapping ends.</summary>
    public void Ask(in ChainRange range, DmaDirection direction, in MappingOptions options)
    {
        ChainCore chain = range.Chain.Core;
        if (chain.FirstReadOnly >= 0 && direction != DmaDirection.ToDevice)
            throw new ArgumentException($"Fragment {chain.FirstReadOnly} of the chain can only be read: the chain is mapped to the device, not {direction}.", nameof(direction));
        if (range.Offset < 0 || range.Length <= 0 || range.Offset > chain.Length - range.Length)
            throw new ArgumentOutOfRangeException(
                nameof(range), range.Offset, $"{range.Length} bytes at offset {range.Offset} of a chain of {chain.Length} bytes; legal: one byte or more that lie in it.");
        chain.Hold(_platform.Misuse);
        _chain = chain;

        // Looked at first: storing a reference costs more.
        if (_fragments != chain.Array) _fragments = chain.Array;
        _fragmentCount = chain.Count;
        (_asked, Direction) = (range.Length, direction);
        _start = range.Offset == 0 ? default : FragmentMemory.Advance(Fragments, default, range.Offset);
        Take(options);
    }

    /// <summary>Finds out what it takes. Nothing is held yet but the chain.</summary>
    public void Plan(bool whole, int granularity)
    {
        if (_coalescer is not null ? _plan.TryMakeOneBlock(Fragments, _start, _asked, _coalescer) : _fragmentCount == 1 && _plan.TryMakeDirect(_fragments[0], _start.Within, _asked)) return;
        _plan.Make(Fragments, _start, _asked, Limits, whole, granularity, _coalescer);
        if (_plan.Registers > 0 && !_mapRegisters.HasMemory && _mapRegisters.TakeMemory(Adapter))
        {
            // The first to need registers: what was planned without knowing them might wait for a run that there never is.
            _plan.Make(Fragments, _start, _asked, Limits, whole, granularity, _coalescer);
        }

        if (_plan.Length == 0 || (whole && _plan.Length < _asked)) throw Impossible(granularity);
        if (_registers.Length < _plan.Registers) _registers = new int[_plan.Registers];
    }

    /// <summary>Takes what the plan needs, if that is possible without waiting and without passing somebody who waits.</summary>
    public bool TryTake()
    {
        if (NeedsTurn) return TryTakeWithTurn();
        _taken = RegisterCount == 0 || TryTakeRegisters();
        return _taken;
    }

    private bool TryTakeWithTurn()
    {
        if (!Adapter.Turn.TryTakeNow(_waits.HoldsSomething(Request))) return false;
        _waits.Take(Request, TurnHold);
        try
        {
            _taken = RegisterCount == 0 || TryTakeRegisters();
        }
        finally
        {
            if (!_taken) GiveTurn();
        }

        return _taken;
    }

    private bool TryTakeRegisters()
    {
        bool taken = Pool.TryTakeNow(this, _waits.HoldsSomething(Request));
        if (taken && Request is not null) _waits.Take(Request, RegisterHold);
        return taken;
    }

    /// <summary>Plans and makes a mapping of the whole request, if that takes no waiting.</summary>
    /// <returns>False when it does; it has been dropped then.</returns>
    public bool TryMake(out DmaMapping mapping)
    {
        if (TryMakeQuickly(out mapping)) return true;
        Plan(whole: true, 1);
        return TryMakePlanned(out mapping);
    }

    /// <summary>As <see cref="TryMake"/>, for as much of the request as fits one transfer.</summary>
    public bool TryMakePart(int granularity, out PartialMapping mapping)
    {
        if (TryMakeQuickly(out DmaMapping made))
        {
            mapping = new PartialMapping(made, 0);
            return true;
        }

        Plan(whole: false, granularity);
        long remaining = Remaining;
        bool done = TryMakePlanned(out made);
        mapping = done ? new PartialMapping(made, remaining) : default;
        return done;
    }

    private bool TryMakePlanned(out DmaMapping mapping)
    {
        // In the order that all keep: first the blocks, then the registers.
        if (TryTakeBlocks() && TryTake())
        {
            mapping = Begin();
            return true;
        }

        mapping = default;
        Drop();
        return false;
    }

    /// <summary>Gives the turn back, where there is one.</summary>
    public void GiveTurn()
    {
        if (!NeedsTurn) return;
        _waits.Give(Request, TurnHold);
        Adapter.Turn.Give();
    }

    /// <summary>The registers are there: copies what goes through them, and makes the list of elements.</summary>
    public DmaMapping Begin()
    {
        Hold();
        _elementCount = 0;
        (BouncedBytes, CoalescedBytes, _pointedCount) = (0, 0, 0);
        _posted = false;
        ReadOnlySpan<PlanSegment> segments = _plan.Segments;
        if (segments.Length == 1 && segments[0].Why == CopyReasons.None) AddElement(segments[0].Address, segments[0].Length);
        else AddSegments(segments);
        if (_coalescer is not null)
        {
            CoalescedBytes -= _headroom;
            _coalescer.Count(_plan.CoalescedWhy, CoalescedBytes);
        }

        return GoLive();
    }

    /// <summary>Everything is in its place: from here on it is the handle's.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private DmaMapping GoLive()
    {
        _tally.Count(DirectBytes, BouncedBytes, CoalescedBytes);

        // Nobody has a handle yet: whoever gives it to another thread orders what was stored before.
        long generation = ++_generation;
        _live = generation;
        var mapping = new DmaMapping(this, generation);
        _platform.Observer?.OnMapped(Adapter, in mapping);
        return mapping;
    }

    private void AddSegments(ReadOnlySpan<PlanSegment> segments)
    {
        int register = 0;

        // Part by part: both were stored a moment ago, and one wide load would have to wait for both stores.
        var at = new ChainCursor(_start.Fragment, _start.Within);
        long told = 0;
        foreach (ref readonly PlanSegment segment in segments)
        {
            if (segment.Why == CopyReasons.None)
            {
                AddElement(segment.Address, segment.Length);
                continue;
            }

            if (segment.Offset != told) at = FragmentMemory.Advance(Fragments, at, segment.Offset - told);
            if (segment.IsCoalesced) AddCoalesced(segment, ref at);
            else register = AddBounced(segment.Length, register, ref at);
            told = segment.Offset + segment.Length;
        }
    }

    /// <summary>A command takes the mapping over: the caller's handle is good for nothing from now on, and the command's is the one that ends it.</summary>
    /// <exception cref="DmaMisuseException">The mapping has ended, or another command has it.</exception>
    public DmaMapping HandOver(long generation)
    {
        // Of several who try, one has it from here on, and what it stores is its own.
        long next = generation + 1;
        if (Interlocked.CompareExchange(ref _live, next, generation) != generation)
            throw PostedTwice();
        (_generation, _handedOver) = (next, generation);
        return new DmaMapping(this, next);
    }

    /// <summary>Whether a command took it over from this handle and still has it.</summary>
    public bool IsHandedOver(long generation) => Fence.Read(in _handedOver) == generation && IsLive(generation + 1);

    /// <summary>Whether a command has it: from this handle, or by it.</summary>
    public bool IsCommands(long generation)
    {
        long handed = Fence.Read(in _handedOver);
        return handed == generation || handed + 1 == generation;
    }

    /// <summary>What is wrong with a handle that is not the live one.</summary>
    /// <param name="generation">The handle's.</param>
    /// <param name="rule">What it was used for.</param>
    public DmaMisuseException Dead(long generation, string rule) => Fence.Read(in _handedOver) == generation
        ? _platform.Misuse.Refuse(
            "mapping-touched-while-posted", Adapter.Function.Info.Address,
            "The mapping was posted with a command, and ends together with it: until then it is the device's, afterwards it is gone. Await the command.", this)
        : _platform.Misuse.Refuse(
            rule, Adapter.Function.Info.Address,
            "The mapping has ended (completed or abandoned) or was never made: its elements must not be handed to the device any more, and it is completed exactly once. Map the data again.", this);

    /// <summary>The handle's mapping has another command, or has ended.</summary>
    public DmaMisuseException PostedTwice() => _platform.Misuse.Refuse(
        "mapping-posted-twice", Adapter.Function.Info.Address,
        "The mapping has ended already, or was posted with another command: it cannot be posted. Map the data again.", this);

    /// <summary>Whether the device was told about it, as far as it was said.</summary>
    public bool WasPosted => _posted;

    public void MarkPosted() => _posted = true;

    /// <summary>The doorbell failed before the device was told.</summary>
    public void Unpost() => _posted = false;

    public void Complete(long generation, long bytes)
    {
        if ((ulong)bytes > (ulong)Length) throw Refused(generation, bytes);
        if (_platform.Observer is not null) Observe(generation, bytes);
        if (Interlocked.CompareExchange(ref _live, 0, generation) != generation) throw Dead(generation, CompletedTwice);
        if (Direction != DmaDirection.ToDevice && BouncedBytes + CoalescedBytes > 0) CopyBack(bytes + _headroom);
        Free();
    }

    public void Abandon(long generation)
    {
        if (!IsLive(generation)) return;
        Observe(generation, -1);
        if (Interlocked.CompareExchange(ref _live, 0, generation) != generation) return;
        if (!_posted || Adapter.Function.IsLost) Free();
        else Adapter.Domain.Keep(Adapter, "mapping", _plan.Length, "abandoned after the device was told about it", Free);
    }

    /// <summary>
    /// The request ends before the device is done: the handle is dead, nothing will be copied back, and everything stays held until
    /// <see cref="Free"/>, which the owner calls when the device is.
    /// </summary>
    /// <returns>False when it had ended already.</returns>
    public bool Orphan(long generation)
    {
        Observe(generation, -1);
        return Interlocked.CompareExchange(ref _live, 0, generation) == generation;
    }

    /// <summary>Gives back the registers and the hold on the data. The device is done with both.</summary>
    public void Free()
    {
        if (_plan.Registers > 0) GiveRegisters();
        GiveTurn();
        Drop();
    }

    /// <summary>Gives back what it has without registers: the request was not mapped, or its registers are given back already.</summary>
    public void Drop()
    {
        if (_held) Unhold(_fragmentCount);
        if (_pins.Count > 0) Unpin();
        if (_blockCount > 0) GiveBlocks();
        if (_headroom > 0) _own.AsSpan(0, _fragmentCount).Clear();
        if (_chain is { } chain) chain.Unhold();
        else _alone[0] = default;
        _taken = false;
        (_chain, _coalescer, _fragmentCount, _headroom) = (null, null, 0, 0);
        Adapter.Recycle(this);
    }

    /// <summary>Gives back what it has: something went wrong before it was mapped.</summary>
    public void Undo()
    {
        if (_taken) Free();
        else Drop();
    }

    private RegisterLimits Limits => _lease?.LimitsFor(Adapter) ?? _mapRegisters.LimitsFor(Adapter);

    private void Take(in MappingOptions options)
    {
        if (options.NamesNothing && !NeedsTurn)
        {
            (_lease, Request) = (null, null);
            if (options.Coalescer is null) return;
            _coalescer = options.Coalescer;
            if (_coalescer.Headroom > 0) LeaveHeadroom(_coalescer.Headroom);
            return;
        }

        _lease = options.Lease ?? (options.ForCommand ? Adapter.CommandReserve : null);
        Request = options.Request ?? (NeedsTurn ? _unnamed ??= new DmaRequest(Adapter.Domain, $"unnamed mapping of {Adapter.Function.Info.Address}") : null);
        _coalescer = options.Coalescer;
        if (_coalescer is not null && _coalescer.Headroom > 0) LeaveHeadroom(_coalescer.Headroom);
    }

    /// <summary>Buffers stay while they are mapped. Fragments that follow each other in one buffer hold it once.</summary>
    private void Hold()
    {
        int done = 0;
        if (_chain?.OnlyKeeper is { } keeper)
        {
            Hold(keeper);
            _held = true;
            return;
        }

        if (_fragmentCount == 1)
        {
            if (_fragments[0].Kind == FragmentKind.Native) Hold(_fragments[0].Keeper);
            _held = true;
            return;
        }

        object? last = null;
        try
        {
            for (; done < _fragmentCount; done++)
            {
                ref readonly Fragment fragment = ref _fragments[done];
                if (fragment.Kind != FragmentKind.Native || ReferenceEquals(fragment.Keeper, last)) continue;
                Hold(last = fragment.Keeper);
            }

            _held = true;
        }
        catch
        {
            Unhold(done);
            throw;
        }
    }

    private void Unhold(int count)
    {
        _held = false;
        if (_chain?.OnlyKeeper is { } keeper)
        {
            if (count > 0) Unhold(keeper);
            return;
        }

        if (count == 1)
        {
            if (_fragments[0].Kind == FragmentKind.Native) Unhold(_fragments[0].Keeper);
            return;
        }

        object? last = null;
        foreach (ref readonly Fragment fragment in _fragments.AsSpan(0, count))
        {
            if (fragment.Kind != FragmentKind.Native || ReferenceEquals(fragment.Keeper, last)) continue;
            Unhold(last = fragment.Keeper);
        }
    }

    private static void Hold(object keeper)
    {
        if (keeper is SystemBuffer system) system.Hold();
        else if (keeper is CommonBuffer common) common.Lease();
    }

    private static void Unhold(object keeper)
    {
        if (keeper is SystemBuffer system) system.Unhold();
        else if (keeper is CommonBuffer common) common.Unlease();
    }

    private void CopyBack(long bytes)
    {
        MapRegisters registers = _mapRegisters;
        int page = registers.PageSize;
        int register = 0;
        int pointed = 0;
        ChainCursor at = _start;
        long told = 0;
        foreach (ref readonly PlanSegment segment in _plan.Segments)
        {
            long left = Math.Min(segment.Length, bytes - segment.Offset);
            if (left <= 0) return;
            if (segment.Why == CopyReasons.None) continue;
            at = FragmentMemory.Advance(Fragments, at, segment.Offset - told);
            told = segment.Offset + left;
            if (segment.IsCoalesced)
            {
                at = FragmentMemory.Scatter(Fragments, at, HostOf(segment.Block) + (nint)segment.Place, left);
                continue;
            }

            for (long done = 0; done < left; done += page, register++)
            {
                long length = Math.Min(page, left - done);
                at = IsPointed(register, ref pointed)
                    ? FragmentMemory.Advance(Fragments, at, length)
                    : FragmentMemory.Scatter(Fragments, at, registers.HostOf(_registers[register]), length);
            }
        }
    }

    /// <summary>Whether a register leads to the request's own page. Asked in order.</summary>
    private bool IsPointed(int register, ref int pointed)
    {
        if (pointed == _pointedCount || _pointed[pointed] != register) return false;
        pointed++;
        return true;
    }

    /// <summary>Makes the last element longer, if what follows it to the device may belong to it.</summary>
    private bool Merged(LogicalAddress at, long length)
    {
        ref DmaElement last = ref _elements[_elementCount - 1];
        if (last.Address + last.Length != at || _plan.ElementAt(last.Address, last.Length + length) <= last.Length) return false;
        LogicalAddress start = last.Address;
        length += last.Length;
        _elementCount--;
        AddElement(start, length);
        return true;
    }

    private void AddElement(LogicalAddress at, long length)
    {
        while (true)
        {
            long piece = _plan.ElementAt(at, length);
            if (_elementCount == _elements.Length) Array.Resize(ref _elements, _elementCount * 2);
            _elements[_elementCount++] = new DmaElement(at, piece);
            length -= piece;
            if (length == 0) return;
            at += piece;
        }
    }

    private void Observe(long generation, long bytes)
    {
        if (_platform.Observer is not { } observer || !IsLive(generation)) return;
        var mapping = new DmaMapping(this, generation);
        observer.OnUnmapped(Adapter, in mapping, bytes);
    }

    /// <summary>Why a mapping cannot be completed with so many bytes.</summary>
    private Exception Refused(long generation, long bytes)
    {
        if (!IsLive(generation)) return Dead(generation, CompletedTwice);
        string message = $"The device transferred 0 to {Length} bytes of this mapping.";
        _platform.Misuse.NoteRefused("mapping-completed-beyond-its-length", Adapter.Function.Info.Address, $"{bytes} bytes: {message}", this);
        return new ArgumentOutOfRangeException(nameof(bytes), bytes, message);
    }

    private DmaMappingException Impossible(int granularity)
    {
        DmaConstraints limits = Adapter.Constraints;
        RegisterLimits registers = Limits;
        return new DmaMappingException(
            $"{_asked - _headroom} bytes cannot be mapped as one transfer for {Adapter.Function.Info.Address}: {Math.Max(0, Length)} fit. Limits: {limits.MaxElements} elements, "
            + $"{limits.MaxTransferLength} bytes a transfer, {limits.AddressBits} address bits, {registers.Reachable} map registers in reach ({registers.LongestRun} in one run), pieces of {granularity}. "
            + (_coalescer is null ? "" : $"The coalescer copies {_coalescer.Policy}, {_coalescer.Capacity} bytes a block at most, headroom {_coalescer.Headroom}. ")
            + "Map in parts with MapUpToAsync, use a system buffer that the device reaches, or give the mapping a coalescer with longer blocks.");
    }
}
