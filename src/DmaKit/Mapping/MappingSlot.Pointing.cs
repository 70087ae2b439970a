using System.Buffers;
using DmaKit.Native;

namespace DmaKit;

/// <summary>The part of a mapping that goes through map registers which lead to the request's own pages for its time.</summary>
internal sealed partial class MappingSlot
{
    private readonly List<(LogicalAddress At, long Length)> _windows = [];
    private readonly List<MemoryHandle> _pins = [];
    private nint[] _pinnedAt = [];

    /// <summary>
    /// Lets registers side by side lead to the next bytes of the request, where that is cheaper than copying all of them: to its own pages where whole
    /// ones of it lie, and to the registers' pages, through which bytes are copied, where they do not.
    /// </summary>
    /// <param name="register">Which of the mapping's registers is the first.</param>
    /// <param name="length">How many bytes; as many registers as they take lie side by side.</param>
    /// <param name="at">Where the bytes start; behind them afterwards, if they were pointed.</param>
    /// <returns>False when nothing was done: the bytes are to be copied.</returns>
    private bool TryPoint(int register, long length, ref ChainCursor at)
    {
        RegisterPages pages = _mapRegisters.Pages;
        int number = _registers[register];
        if (length < (long)_mapRegisters.PointFromPages * _mapRegisters.PageSize || !pages.HasWindow(number)) return false;
        LogicalAddress window = pages.WindowOf(number);
        if (window.Value + (ulong)(length - 1) > Adapter.Constraints.HighestAddress.Value) return false;
        if (_plan.CountElements(window, length) > _plan.CountElements(pages.LogicalOf(number), length)) return false;
        Pin(at, length);
        if (!Pays(at, length, out _)) return false;
        int pointed = _pointedCount;
        long copied = BouncedBytes;
        long done = 0;
        ChainCursor here = at;
        while (done < length)
        {
            Piece piece = NextPiece(here, length - done);
            if (piece.Host == 0)
            {
                // The registers' own pages: what lies there was copied, or is cleared.
                ChainCursor next = here;
                Fill(number, piece.Length, ref next);
                BouncedBytes += piece.Length;
                piece = piece with { Host = pages.HostOf(number) };
            }
            else
            {
                NotePointed(register, piece.Registers);
            }

            long whole = (long)piece.Registers << _mapRegisters.PageShift;
            if (!Adapter.Domain.Memory.TryPoint(window + done, piece.Host, whole, Direction))
            {
                if (done > 0) Adapter.Domain.Memory.Unpoint(window, done);
                (_pointedCount, BouncedBytes) = (pointed, copied);
                return false;
            }

            here = FragmentMemory.Advance(Fragments, here, piece.Length);
            (done, register, number) = (done + piece.Length, register + piece.Registers, number + piece.Registers);
        }

        _windows.Add((window, (length + _mapRegisters.PageSize - 1) & -_mapRegisters.PageSize));
        at = here;
        return true;
    }

    /// <summary>Whether bytes of the request cost less when registers lead to them: as many pages are its own as that takes for every piece.</summary>
    private bool Pays(ChainCursor at, long length, out long own)
    {
        own = 0;
        long pieces = 0;
        for (long done = 0; done < length; pieces++)
        {
            Piece piece = NextPiece(at, length - done);
            if (piece.Host != 0) own += piece.Length;
            done += piece.Length;
            at = FragmentMemory.Advance(Fragments, at, piece.Length);
        }

        int from = _mapRegisters.PointFromPages;
        return own > 0 && (from == 1 || own >> _mapRegisters.PageShift >= pieces * from);
    }

    /// <summary>The next bytes as far as they are whole pages side by side in this process, or as far as they are none.</summary>
    private Piece NextPiece(ChainCursor at, long length)
    {
        int page = _mapRegisters.PageSize;
        nint first = 0;
        long done = 0;
        int pages = 0;
        while (done < length)
        {
            long part = Math.Min(page, length - done);
            nint host = 0;
            bool own = part == page && FragmentMemory.TryGetHost(Fragments, at, page, _pinnedAt, out host) && (host & (page - 1)) == 0;
            if (pages > 0 && (own != (first != 0) || (own && host != first + (nint)done))) break;
            if (pages == 0 && own) first = host;
            at = FragmentMemory.Advance(Fragments, at, part);
            (done, pages) = (done + part, pages + 1);
        }

        return new Piece(first, done, pages);
    }

    /// <summary>Memory of somebody's own manager stays where it is until the mapping ends, if it is long enough to be pointed to.</summary>
    private void Pin(ChainCursor at, long length)
    {
        if (!Adapter.Domain.Memory.PointsAnywhere) return;
        long least = (long)_mapRegisters.PointFromPages * _mapRegisters.PageSize;
        for (int i = at.Fragment; i < _fragmentCount && length > 0; i++)
        {
            ref readonly Fragment fragment = ref _fragments[i];
            length -= fragment.Length - (i == at.Fragment ? at.Within : 0);
            if (fragment.Kind != FragmentKind.Manager || fragment.Length < least || (i < _pinnedAt.Length && _pinnedAt[i] != 0)) continue;
            if (_pinnedAt.Length < _fragmentCount) Array.Resize(ref _pinnedAt, _fragmentCount);
            if (FragmentMemory.TryPin(fragment, out MemoryHandle pin, out _pinnedAt[i])) _pins.Add(pin);
        }
    }

    private void NotePointed(int register, int count)
    {
        if (_pointed.Length < _plan.Registers) Array.Resize(ref _pointed, _registers.Length);
        for (int i = 0; i < count; i++) _pointed[_pointedCount++] = register + i;
    }

    /// <summary>Registers lead nowhere else again. When this returns, no device comes to the request's bytes any more.</summary>
    private void PointBack()
    {
        foreach ((LogicalAddress at, long length) in _windows) Adapter.Domain.Memory.Unpoint(at, length);
        _windows.Clear();
        _pointedCount = 0;
    }

    private void Unpin()
    {
        foreach (MemoryHandle pin in _pins) pin.Dispose();
        _pins.Clear();
        Array.Clear(_pinnedAt);
    }

    /// <summary>Bytes of a request that one call points to.</summary>
    /// <param name="Host">Where they are in this process; 0 for bytes that are no whole pages.</param>
    /// <param name="Length">How many there are.</param>
    /// <param name="Registers">How many registers that takes.</param>
    private readonly record struct Piece(nint Host, long Length, int Registers);
}
