using System.Runtime.CompilerServices;
using DmaKit.Native;
using DmaKit.Platforms;

namespace DmaKit;

/// <summary>The part of a mapping that goes through map registers.</summary>
internal sealed partial class MappingSlot
{
    private int AddBounced(long bytes, int register, ref ChainCursor at)
    {
        MapRegisters registers = _mapRegisters;
        int page = registers.PageSize;
        bool canPoint = registers.CanPoint;
        if (canPoint && _pointed.Length < _plan.Registers) _pointed = new int[_registers.Length];
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
                Fill(number, length, ref at);
                BouncedBytes += length;
            }

            if (done == 0 || !Merged(logical, length)) AddElement(logical, length);
            done += length;
            register += pages;
        }

        return register;
    }

    /// <summary>Puts the request's bytes, or zeros, into register pages that lie side by side.</summary>
    private void Fill(int number, long length, ref ChainCursor at)
    {
        if (Direction == DmaDirection.FromDevice)
        {
            at = FragmentMemory.Advance(Fragments, at, length);
            ClearPages(number, length);
            return;
        }

        at = FragmentMemory.Gather(Fragments, at, _mapRegisters.HostOf(number), length);
        NoteCopied(number, length);
    }

    /// <summary>Whatever the device claims to have written, the caller sees this request's bytes or zeros: never somebody else's.</summary>
    private void ClearPages(int number, long length)
    {
        RegisterPages pages = _mapRegisters.Pages;
        int page = _mapRegisters.PageSize;
        long owner = Request?.Started ?? 0;
        for (long left = length; left > 0; left -= page, number++)
        {
            if (owner == 0 || pages.LastOwner(number) != owner) FragmentMemory.Clear(pages.HostOf(number), page);
            pages.Note(number, 1, owner, page);
        }
    }

    /// <summary>What lies behind the request's bytes in its last page is nobody else's either. A device that only reads leaves it as it is.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void NoteCopied(int number, long length)
    {
        RegisterPages pages = _mapRegisters.Pages;
        int page = _mapRegisters.PageSize;
        long owner = Request?.Started ?? 0;
        int used = (int)(length & (page - 1));
        int whole = (int)((length - used) >> _mapRegisters.PageShift);
        if (whole > 0) pages.Note(number, whole, owner, page);
        if (used == 0) return;
        number += whole;
        int dirty = pages.DirtyBytes(number);
        if (dirty > used) FragmentMemory.Clear(pages.HostOf(number) + used, dirty - used);
        pages.Note(number, 1, owner, Direction == DmaDirection.ToDevice ? used : page);
    }

    private void GiveRegisters()
    {
        if (_pointedCount > 0) PointBack();
        if (Request is not null) _waits.Give(Request, RegisterHold);
        Pool.Give(_registers.AsSpan(0, _plan.Registers));
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
        while (_pointedCount > 0)
        {
            int number = _registers[_pointed[--_pointedCount]];
            Adapter.Domain.Memory.TryPoint(_mapRegisters.LogicalOf(number), _mapRegisters.HostOf(number));
        }
    }
}
