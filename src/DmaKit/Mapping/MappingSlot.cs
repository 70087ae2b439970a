using DmaKit.Native;
using DmaKit.Platforms;

namespace DmaKit;

/// <summary>What is behind a <see cref="DmaMapping"/>: reused from mapping to mapping, told apart by generation.</summary>
/// <remarks>Owned by whoever planned it until <see cref="Begin"/>, then by the handle; ends once, whoever ends it.</remarks>
internal sealed partial class MappingSlot : IRegisterTaker
{
    private readonly MappingPlan _plan;
    private readonly Fragment[] _alone = new Fragment[1];
    private Fragment[] _fragments;
    private int _fragmentCount;
    private ChainCore? _chain;
    private ChainCursor _start;
    private long _asked;
    private DmaRequest? _unnamed;
    private RegisterLease? _lease;
    private bool _held;
    private DmaElement[] _elements = new DmaElement[4];
    private int[] _registers = new int[4];
    private int[] _pointed = [];
    private int _pointedCount;
    private int _elementCount;
    private long _generation;
    private long _live;
    private long _handedOver;
    private bool _posted;

    public MappingSlot(DmaAdapter adapter)
    {
        Adapter = adapter;
        _plan = new MappingPlan(adapter);
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
    public RegisterPool Pool => _lease?.Pool ?? Adapter.Domain.MapRegisters.Shared;

    /// <summary>Whether its device takes one mapping at a time.</summary>
    public bool NeedsTurn => !Adapter.Constraints.ScatterGather;

    /// <summary>
    /// What it serves. A mapping that holds its adapter's turn while it waits for registers is a request of its own where none was named:
    /// what it holds is known.
    /// </summary>
    public DmaRequest? Request { get; private set; }

    public Hold TurnHold => new(Adapter.Turn, 0, 1);

    public Hold RegisterHold => new(Pool, 0, _plan.Registers, _registers);

    private ReadOnlySpan<Fragment> Fragments => _fragments.AsSpan(0, _fragmentCount);

    public bool IsLive(long generation) => Interlocked.Read(ref _live) == generation;

    /// <summary>The request is one piece of memory.</summary>
    public void Ask(ReadOnlyMemory<byte> data, DmaDirection direction, in MappingOptions options)
    {
        _alone[0] = FragmentMemory.Of(data);
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
        chain.Hold();
        _chain = chain;
        (_fragments, _fragmentCount) = (chain.Array, chain.Count);
        (_asked, Direction) = (range.Length, direction);
        _start = FragmentMemory.Advance(Fragments, default, range.Offset);
        Take(options);
    }

    /// <summary>Finds out what it takes. Nothing is held yet but the chain.</summary>
    public void Plan(bool whole, int granularity)
    {
        if (_coalescer is null && _plan.TryMakeDirect(Fragments, _start, _asked)) return;
        _plan.Make(Fragments, _start, _asked, Limits, whole, granularity, _coalescer);
        if (_plan.Registers > 0 && Adapter.Domain.MapRegisters.TakeMemory(Adapter))
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
        WaitAccount waits = Adapter.Domain.Waits;
        if (NeedsTurn)
        {
            if (!Adapter.Turn.TryTakeNow(waits.HoldsSomething(Request))) return false;
            waits.Take(Request, TurnHold);
        }

        if (RegisterCount == 0) return true;
        bool taken = false;
        try
        {
            taken = Pool.TryTakeNow(this, waits.HoldsSomething(Request));
        }
        finally
        {
            if (taken) waits.Take(Request, RegisterHold);
            else GiveTurn();
        }

        return taken;
    }

    /// <summary>Gives the turn back, where there is one.</summary>
    public void GiveTurn()
    {
        if (!NeedsTurn) return;
        Adapter.Domain.Waits.Give(Request, TurnHold);
        Adapter.Turn.Give();
    }

    /// <summary>The registers are there: copies what goes through them, and makes the list of elements.</summary>
    public DmaMapping Begin()
    {
        Hold();
        _elementCount = 0;
        (BouncedBytes, CoalescedBytes, _pointedCount) = (0, 0, 0);
        if (_pointed.Length < _plan.Registers) _pointed = new int[_registers.Length];
        _posted = false;
        int register = 0;
        ChainCursor at = _start;
        long told = 0;
        foreach (ref readonly PlanSegment segment in _plan.Segments)
        {
            if (segment.Why == CopyReasons.None)
            {
                AddElement(segment.Address, segment.Length);
                continue;
            }

            at = FragmentMemory.Advance(Fragments, at, segment.Offset - told);
            if (segment.IsCoalesced) AddCoalesced(segment, ref at);
            else register = AddBounced(segment.Length, register, ref at);
            told = segment.Offset + segment.Length;
        }

        CoalescedBytes -= _headroom;
        _coalescer?.Count(_plan.CoalescedWhy, CoalescedBytes);
        Adapter.Domain.MapRegisters.Count(Length - BouncedBytes - CoalescedBytes, BouncedBytes, CoalescedBytes);

        // Nobody has a handle yet: whoever gives it to another thread orders what was stored before.
        long generation = ++_generation;
        _live = generation;
        var mapping = new DmaMapping(this, generation);
        Adapter.Function.Platform.Observer?.OnMapped(Adapter, in mapping);
        return mapping;
    }

    /// <summary>A command takes the mapping over: the caller's handle is good for nothing from now on, and the command's is the one that ends it.</summary>
    /// <exception cref="DmaMisuseException">The mapping has ended, or another command has it.</exception>
    public DmaMapping HandOver(long generation)
    {
        long next = Interlocked.Increment(ref _generation);
        if (Interlocked.CompareExchange(ref _live, next, generation) != generation)
            throw new DmaMisuseException("The mapping has ended already, or was posted with another command: it cannot be posted. Map the data again.");
        Interlocked.Exchange(ref _handedOver, generation);
        return new DmaMapping(this, next);
    }

    /// <summary>Whether a command took it over from this handle and still has it.</summary>
    public bool IsHandedOver(long generation) => Interlocked.Read(ref _handedOver) == generation && IsLive(generation + 1);

    /// <summary>What is wrong with a handle that is not the live one.</summary>
    public string WhyDead(long generation) => Interlocked.Read(ref _handedOver) == generation
        ? "The mapping was posted with a command, and ends together with it: until then it is the device's, afterwards it is gone. Await the command."
        : "The mapping has ended (completed or abandoned) or was never made: its elements must not be handed to the device any more, and it is completed exactly once. Map the data again.";

    public void MarkPosted() => _posted = true;

    /// <summary>The doorbell failed before the device was told.</summary>
    public void Unpost() => _posted = false;

    public void Complete(long generation, long bytes)
    {
        if (bytes < 0 || bytes > Length)
        {
            ThrowIfEnded(generation);
            throw new ArgumentOutOfRangeException(nameof(bytes), bytes, $"The device transferred 0 to {Length} bytes of this mapping.");
        }

        Observe(generation, bytes);
        if (Interlocked.CompareExchange(ref _live, 0, generation) != generation) ThrowIfEnded(generation);
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
        if (_plan.Registers > 0)
        {
            PointBack();
            Adapter.Domain.Waits.Give(Request, RegisterHold);
            Pool.Give(_registers.AsSpan(0, _plan.Registers));
        }

        GiveTurn();
        Drop();
    }

    /// <summary>Gives back what it has without registers: the request was not mapped, or its registers are given back already.</summary>
    public void Drop()
    {
        if (_held) Unhold(_fragmentCount);
        GiveBlocks();
        if (_headroom > 0) _own.AsSpan(0, _fragmentCount).Clear();
        _chain?.Unhold();
        (_chain, _coalescer, _fragmentCount, _headroom) = (null, null, 0, 0);
        _alone[0] = default;

        // Looked at first: storing a reference costs more.
        if (_fragments != _alone) _fragments = _alone;
        Adapter.Recycle(this);
    }

    private RegisterLimits Limits => _lease?.LimitsFor(Adapter) ?? Adapter.Domain.MapRegisters.LimitsFor(Adapter);

    private void Take(in MappingOptions options)
    {
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

    private int AddBounced(long bytes, int register, ref ChainCursor at)
    {
        MapRegisters registers = Adapter.Domain.MapRegisters;
        int page = registers.PageSize;
        bool canPoint = registers.Kind == MapRegisterKind.IommuEntry;
        for (long done = 0; done < bytes;)
        {
            int number = _registers[register];
            LogicalAddress logical = registers.LogicalOf(number);
            int pages = 1;
            long length = Math.Min(page, bytes - done);
            if (canPoint && length == page && TryPoint(logical, at))
            {
                // The register leads to the request's own page: nothing is copied, and nobody else's bytes lie there.
                at = FragmentMemory.Advance(Fragments, at, page);
                _pointed[_pointedCount++] = register;
            }
            else
            {
                // Pages side by side are copied at once, but where each might be pointed.
                if (!canPoint && length < bytes - done) pages = registers.Pages.RunOf(_registers.AsSpan(register, (int)Math.Min(int.MaxValue, (bytes - done + page - 1) / page)));
                length = Math.Min((long)pages * page, bytes - done);
                Fill(registers, number, length, ref at);
                BouncedBytes += length;
            }

            if (done == 0 || !Merged(logical, length)) AddElement(logical, length);
            done += length;
            register += pages;
        }

        return register;
    }

    /// <summary>Puts the request's bytes, or zeros, into register pages that lie side by side.</summary>
    private void Fill(MapRegisters registers, int number, long length, ref ChainCursor at)
    {
        RegisterPages pages = registers.Pages;
        int page = registers.PageSize;
        long owner = Request?.Started ?? 0;
        nint host = pages.HostOf(number);
        if (Direction != DmaDirection.FromDevice) at = FragmentMemory.Gather(Fragments, at, host, length);
        else at = FragmentMemory.Advance(Fragments, at, length);
        for (long left = length; left > 0; left -= page, number++, host += page)
        {
            if (Direction == DmaDirection.FromDevice)
            {
                // Whatever the device claims to have written, the caller sees this request's bytes or zeros: never somebody else's.
                if (owner == 0 || pages.LastOwner(number) != owner) FragmentMemory.Clear(host, page);
                pages.NoteDirty(number, page);
            }
            else
            {
                // What lies behind the request's bytes in its last page is nobody else's either. A device that only reads leaves it as it is.
                int used = (int)Math.Min(page, left);
                if (pages.DirtyBytes(number) > used) FragmentMemory.Clear(host + used, pages.DirtyBytes(number) - used);
                pages.NoteDirty(number, Direction == DmaDirection.ToDevice ? used : page);
            }

            pages.NoteOwner(number, owner);
        }
    }

    /// <summary>Where registers are entries of an IOMMU: lets one lead to the next bytes, if they are a whole page.</summary>
    private bool TryPoint(LogicalAddress register, ChainCursor at)
    {
        DomainMemory memory = Adapter.Domain.Memory;
        return FragmentMemory.TryGetHost(Fragments, at, memory.PageSize, out nint host)
            && (host & (memory.PageSize - 1)) == 0
            && memory.TryPoint(register, host);
    }

    /// <summary>Registers lead to their own pages again. When this returns, no device comes to the request's bytes any more.</summary>
    private void PointBack()
    {
        MapRegisters registers = Adapter.Domain.MapRegisters;
        while (_pointedCount > 0)
        {
            int number = _registers[_pointed[--_pointedCount]];
            Adapter.Domain.Memory.TryPoint(registers.LogicalOf(number), registers.HostOf(number));
        }
    }

    private void CopyBack(long bytes)
    {
        MapRegisters registers = Adapter.Domain.MapRegisters;
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
        if (Adapter.Function.Platform.Observer is not { } observer || !IsLive(generation)) return;
        var mapping = new DmaMapping(this, generation);
        observer.OnUnmapped(Adapter, in mapping, bytes);
    }

    private void ThrowIfEnded(long generation)
    {
        if (!IsLive(generation)) throw new DmaMisuseException(WhyDead(generation));
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
