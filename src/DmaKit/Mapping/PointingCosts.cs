using System.Globalization;
using DmaKit.Native;
using DmaKit.Platforms;

namespace DmaKit;

/// <summary>What it costs to let entries of an IOMMU lead to pages for a while, and what to copy them: from how many pages on which is cheaper.</summary>
/// <param name="FromPages">From how many pages side by side on pointing is cheaper; 0 for never.</param>
/// <param name="Text">How that was found, for people.</param>
internal sealed record PointingCosts(int FromPages, string Text)
{
    private const int Pages = 16, Rounds = 5;

    /// <summary>Asks the platform, or measures with the registers' own pages; nobody has any of them yet.</summary>
    /// <returns>Null where no register can lead elsewhere.</returns>
    internal static PointingCosts? Find(DmaDomain domain, RegisterPages registers)
    {
        DomainMemory memory = domain.Memory;
        if (memory.MapRegisterKind != MapRegisterKind.IommuEntry || !registers.HasWindow(0)) return null;
        return memory.PointFromPages is { } pages
            ? new PointingCosts(pages, "as the platform says")
            : Measure(memory, registers, domain.Platform.Clock);
    }

    /// <summary>From how many pages on pointing is cheaper, by what one call costs, what each page in it, and what copying a page.</summary>
    /// <returns>0 for never.</returns>
    internal static int Balance(double call, double page, double copy) => copy <= page ? 0 : (int)Math.Clamp(Math.Ceiling(call / (copy - page)), 1, int.MaxValue);

    private static PointingCosts Measure(DomainMemory memory, RegisterPages registers, TimeProvider clock)
    {
        int most = Math.Min(Pages, registers.RunFrom(0) / 2);
        if (most < 2) return new PointingCosts(0, "there are too few registers to measure it");
        if (Point(memory, registers, clock, 1) is not { } one || Point(memory, registers, clock, most) is not { } many) return new PointingCosts(0, "the IOMMU takes no more entries");
        double copy = Copy(registers, clock, most) / most;
        double page = Math.Max(0, (many - one) / (most - 1));
        double call = Math.Max(0, one - page);
        return new PointingCosts(
            Balance(call, page, copy),
            string.Create(CultureInfo.InvariantCulture, $"measured: pointing {call:F2} us and {page:F2} us a page, copying {copy:F2} us a page"));
    }

    private static double? Point(DomainMemory memory, RegisterPages registers, TimeProvider clock, int pages)
    {
        long length = (long)pages * memory.PageSize;
        TimeSpan best = TimeSpan.MaxValue;
        for (int round = 0; round < Rounds; round++)
        {
            long started = clock.GetTimestamp();
            if (!memory.TryPoint(registers.WindowOf(0), registers.HostOf(0), length, DmaDirection.Both)) return null;
            memory.Unpoint(registers.WindowOf(0), length);
            TimeSpan took = clock.GetElapsedTime(started);
            if (took < best) best = took;
        }

        return best.TotalMicroseconds;
    }

    private static double Copy(RegisterPages registers, TimeProvider clock, int pages)
    {
        TimeSpan best = TimeSpan.MaxValue;
        nint from = registers.HostOf(0);
        nint to = registers.HostOf(pages);
        for (int round = 0; round < Rounds; round++)
        {
            long started = clock.GetTimestamp();
            FragmentMemory.Copy(from, to, to - from);
            TimeSpan took = clock.GetElapsedTime(started);
            if (took < best) best = took;
        }

        return best.TotalMicroseconds;
    }
}
