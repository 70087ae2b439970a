namespace DmaKit.Verification.Tests.Rules;

public sealed class Dmk5013 : RuleTest
{
    protected override string Id => "DMK5013";

    private protected override Task Buggy(RuleBench bench)
    {
        using CommonBuffer frames = bench.Dma.AllocateCommonBuffer(16 * 128, new() { Name = "reply frames" });
        bench.Registers.Write32(0x04, frames.LogicalAt(3 * 128).LowHalf);
        TakeReply(bench, frames);
        return Task.CompletedTask;
    }

    private protected override Task Clean(RuleBench bench)
    {
        using CommonBuffer frames = bench.Dma.AllocateCommonBuffer(16 * 128, new() { Name = "reply frames" });
        bench.Registers.Write32(0x04, ~frames.LogicalAt(3 * 128).LowHalf);
        TakeReply(bench, frames);
        return Task.CompletedTask;
    }

    // The device hands back the complement of what it was given.
    private static void TakeReply(RuleBench bench, CommonBuffer frames)
    {
        uint low = bench.Registers.Read32(0x04);
        long offset = low - (long)frames.LogicalAddress.LowHalf;
        if (offset >= 0 && offset <= frames.Length - 128 && offset % 128 == 0) Assert.Equal(0, frames.Read<int>(offset));
        else bench.Machine.Misuse.Report(new MisuseReport("device-returned-unknown-frame", $"a reply at 0x{low:X8}, where no reply frame of the driver's is.", frames.Name));
    }
}
