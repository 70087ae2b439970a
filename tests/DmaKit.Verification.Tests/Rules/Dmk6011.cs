using DmaKit.Platforms;

namespace DmaKit.Verification.Tests.Rules;

[NotOnQemu("the command is to overstay its second, and QEMU's time is the real one")]
public sealed class Dmk6011 : RuleTest
{
    protected override string Id => "DMK6011";

    private protected override async Task Buggy(RuleBench bench)
    {
        await using CommandPool<BenchPacket, int> pool = bench.Commands(new Aborter(bench.Registers, offset: 1 << 24));
        Task<CommandOutcome<int>> flush = bench.Post(pool, default, out _);
        bench.Machine.Advance(TimeSpan.FromSeconds(1.5));
        bench.Dma.DeclareQuiet();
        bench.Machine.RunUntilIdle();
        await flush;
    }

    private protected override async Task Clean(RuleBench bench)
    {
        await using CommandPool<BenchPacket, int> pool = bench.Commands(new Aborter(bench.Registers, offset: 0x64));
        Task<CommandOutcome<int>> flush = bench.Post(pool, default, out _);
        bench.Machine.Advance(TimeSpan.FromSeconds(1.5));
        bench.Dma.DeclareQuiet();
        bench.Machine.RunUntilIdle();
        await flush;
    }

    private sealed class Aborter(RegisterWindow registers, long offset) : ICommandSupervisor
    {
        public void OnOverdue(CommandTag tag, LogicalAddress packet, CommandStatus why) => registers.Write32(offset, tag.Wire);
    }
}
