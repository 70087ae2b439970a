using System.Runtime.CompilerServices;
using DmaKit.Native;

namespace DmaKit;

/// <summary>The part of a mapping that goes through map registers.</summary>
internal sealed partial class MappingSlot
{
    private int AddBounced(long bytes, int register, ref ChainCursor at)
    {
        MapRegisters registers = _mapRegisters;
        int page = registers.PageSize;
        for (long done = 0; done < bytes;)
        {
            int number = _registers[register];
            LogicalAddress logical = registers.LogicalOf(number);
            int pages = 1;
            long length = Math.Min(page, bytes - done);

            // Pages side by side are pointed or copied at once.
            if (length < bytes - done) pages = registers.Pages.RunOf(_registers.AsSpan(register, (int)Math.Min(int.MaxValue, (bytes - done + page - 1) / page)));
            length = Math.Min((long)pages * page, bytes - done);
            if (registers.PointFromPages > 0 && (length == bytes || !_plan.NeedsOneRun) && TryPoint(register, length, ref at))
            {
                logical = registers.Pages.WindowOf(number);
            }
            else
            {
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
        if (_windows.Count > 0) PointBack();
        if (Request is not null) _waits.Give(Request, RegisterHold);
        Pool.Give(_registers.AsSpan(0, _plan.Registers));
    }
}
