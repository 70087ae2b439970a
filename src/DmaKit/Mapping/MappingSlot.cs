using DmaKit.Native;
using DmaKit.Platforms;

namespace DmaKit;

/// <summary>What is behind a <see cref="DmaMapping"/>: reused from mapping to mapping, told apart by generation.</summary>
/// <remarks>Owned by whoever planned it until <see cref="Begin"/>, then by the handle; ends once, whoever ends it.</remarks>
internal sealed class MappingSlot : IRegisterTaker
{
    private readonly MappingPlan _plan;
    private ReadOnlyMemory<byte> _data;
    private object? _owner;
    private DmaRequest? _unnamed;
    private DmaElement[] _elements = new DmaElement[4];
    private int[] _registers = new int[4];
    private int _elementCount;
    private int _asked;
    private long _generation;
    private long _live;
    private bool _posted;

    public MappingSlot(DmaAdapter adapter)
    {
        Adapter = adapter;
        _plan = new MappingPlan(adapter);
    }

    public DmaAdapter Adapter { get; }

    public DmaDirection Direction { get; private set; }

    public ReadOnlySpan<DmaElement> Elements => _elements.AsSpan(0, _elementCount);

    public long Length => _plan.Length;

    public long BouncedBytes { get; private set; }

    public int RegisterCount => _plan.Registers;

    public bool NeedsOneRun => _plan.NeedsOneRun;

    public int[] Registers => _registers;

    /// <summary>The registers that it takes from.</summary>
    public RegisterPool Pool => Adapter.Domain.MapRegisters.Shared;

    /// <summary>Whether its device takes one mapping at a time.</summary>
    public bool NeedsTurn => !Adapter.Constraints.ScatterGather;

    /// <summary>
    /// What it serves. A mapping that holds its adapter's turn while it waits for registers is a request of its own where none was named:
    /// what it holds is known.
    /// </summary>
    public DmaRequest? Request { get; private set; }

    public Hold TurnHold => new(Adapter.Turn, 0, 1);

    public Hold RegisterHold => new(Pool, 0, _plan.Registers, _registers);

    public bool IsLive(long generation) => Interlocked.Read(ref _live) == generation;

    /// <summary>Finds out what it takes. Nothing is held yet.</summary>
    public void Plan(ReadOnlyMemory<byte> data, DmaDirection direction, bool whole, int granularity, MappingOptions options)
    {
        MapRegisters registers = Adapter.Domain.MapRegisters;
        _plan.Make(data, registers.LimitsFor(Adapter), granularity);
        if (_plan.Registers > 0 && registers.TakeMemory(Adapter))
        {
            // The first to need registers: what was planned without knowing them might wait for a run that there never is.
            _plan.Make(data, registers.LimitsFor(Adapter), granularity);
        }

        if (_plan.Length == 0 || (whole && _plan.Length < data.Length)) throw Impossible(data.Length, granularity);
        (_data, Direction, _asked) = (data, direction, data.Length);
        Request = options.Request ?? (NeedsTurn ? _unnamed ??= new DmaRequest(Adapter.Domain, $"unnamed mapping of {Adapter.Function.Info.Address}") : null);
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
        if (Pool.TryTakeNow(this, waits.HoldsSomething(Request)))
        {
            waits.Take(Request, RegisterHold);
            return true;
        }

        GiveTurn();
        return false;
    }

    /// <summary>Gives the turn back, where there is one.</summary>
    public void GiveTurn()
    {
        if (!NeedsTurn) return;
        Adapter.Domain.Waits.Give(Request, TurnHold);
        Adapter.Turn.Give();
    }

    /// <summary>The registers are there: copies what goes through them, and makes the list of elements.</summary>
    public PartialMapping Begin()
    {
        _owner = null;
        if (HostMemory.TryGetHost(_data, out _, out object? owner)) Hold(owner);
        _elementCount = 0;
        BouncedBytes = 0;
        _posted = false;
        int register = 0;
        foreach (MappingPlan.Segment segment in _plan.Segments)
        {
            if (segment.Bounced) register = AddBounced(segment, register);
            else AddElement(segment.Address, segment.Length, merge: false);
        }

        Adapter.Domain.MapRegisters.Count(_plan.Length - BouncedBytes, BouncedBytes);
        long generation = ++_generation;
        Interlocked.Exchange(ref _live, generation);
        var mapping = new DmaMapping(this, generation);
        Adapter.Function.Platform.Observer?.OnMapped(Adapter, in mapping);
        return new PartialMapping(mapping, _asked - _plan.Length);
    }

    public void MarkPosted() => _posted = true;

    /// <summary>The doorbell failed before the device was told.</summary>
    public void Unpost() => _posted = false;

    public void Complete(long generation, long bytes)
    {
        if (bytes < 0 || bytes > _plan.Length)
        {
            ThrowIfEnded(generation);
            throw new ArgumentOutOfRangeException(nameof(bytes), bytes, $"The device transferred 0 to {_plan.Length} bytes of this mapping.");
        }

        Observe(generation, bytes);
        if (Interlocked.CompareExchange(ref _live, 0, generation) != generation) ThrowIfEnded(generation);
        if (Direction != DmaDirection.ToDevice && BouncedBytes > 0) CopyBack(bytes);
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
            Adapter.Domain.Waits.Give(Request, RegisterHold);
            Pool.Give(_registers.AsSpan(0, _plan.Registers));
        }

        GiveTurn();
        (_owner as SystemBuffer)?.Unhold();
        (_owner as CommonBuffer)?.Unlease();
        _owner = null;
        _data = default;
        Adapter.Recycle(this);
    }

    private void Hold(object owner)
    {
        (owner as SystemBuffer)?.Hold();
        (owner as CommonBuffer)?.Lease();
        _owner = owner;
    }

    private int AddBounced(MappingPlan.Segment segment, int register)
    {
        MapRegisters registers = Adapter.Domain.MapRegisters;
        int page = registers.PageSize;
        for (int done = 0; done < segment.Length; done += page, register++)
        {
            int length = Math.Min(page, segment.Length - done);
            int number = _registers[register];
            Span<byte> bounce = HostMemory.Span(registers.HostOf(number), page);
            if (Direction != DmaDirection.FromDevice)
            {
                _data.Span.Slice(segment.Offset + done, length).CopyTo(bounce);
                bounce[length..].Clear();
            }
            else
            {
                // Whatever the device claims to have written, the caller sees this request's bytes or zeros: never somebody else's.
                bounce.Clear();
            }

            AddElement(registers.LogicalOf(number), length, merge: done > 0);
        }

        BouncedBytes += segment.Length;
        return register;
    }

    private void CopyBack(long bytes)
    {
        MapRegisters registers = Adapter.Domain.MapRegisters;
        int page = registers.PageSize;
        int register = 0;
        foreach (MappingPlan.Segment segment in _plan.Segments)
        {
            if (!segment.Bounced) continue;
            for (int done = 0; done < segment.Length; done += page, register++)
            {
                int offset = segment.Offset + done;
                int length = (int)Math.Min(Math.Min(page, segment.Length - done), bytes - offset);
                if (length > 0)
                    HostMemory.Span(registers.HostOf(_registers[register]), length).CopyTo(HostMemory.AsWritable(_data).Span[offset..]);
            }
        }
    }

    private void AddElement(LogicalAddress at, long length, bool merge)
    {
        if (merge && _elementCount > 0)
        {
            ref DmaElement last = ref _elements[_elementCount - 1];
            if (last.Address + last.Length == at && _plan.ElementAt(last.Address, last.Length + length) > last.Length)
            {
                (at, length) = (last.Address, last.Length + length);
                _elementCount--;
            }
        }

        while (length > 0)
        {
            long piece = _plan.ElementAt(at, length);
            if (_elementCount == _elements.Length) Array.Resize(ref _elements, _elementCount * 2);
            _elements[_elementCount++] = new DmaElement(at, piece);
            length -= piece;
            if (length > 0) at += piece;
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
        if (!IsLive(generation))
            throw new DmaMisuseException("The mapping was completed or abandoned before: a mapping is completed exactly once.");
    }

    private DmaMappingException Impossible(int asked, int granularity)
    {
        DmaConstraints limits = Adapter.Constraints;
        RegisterLimits registers = Adapter.Domain.MapRegisters.LimitsFor(Adapter);
        return new DmaMappingException(
            $"{asked} bytes cannot be mapped as one transfer for {Adapter.Function.Info.Address}: {_plan.Length} fit. Limits: {limits.MaxElements} elements, "
            + $"{limits.MaxTransferLength} bytes a transfer, {limits.AddressBits} address bits, {registers.Reachable} map registers in reach ({registers.LongestRun} in one run), pieces of {granularity}. "
            + "Map in parts with MapUpToAsync, or use a system buffer that the device reaches.");
    }
}
