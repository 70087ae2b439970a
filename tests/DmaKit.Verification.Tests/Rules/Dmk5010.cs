using DmaKit.Platforms;

namespace DmaKit.Verification.Tests.Rules;

public sealed class Dmk5010 : RuleTest
{
    protected override string Id => "DMK5010";

    private protected override async Task Buggy(RuleBench bench)
    {
        int[] counts = new int[4];
        await using InterruptRegistration handler = bench.Function.Interrupts[0].Handle((in CallbackContext _) =>
        {
            counts[bench.Registers.Read32(0x24)]++;
            bench.Registers.Write32(0x64, uint.MaxValue);
            return true;
        });
        bench.EduInterrupts(8);
    }

    private protected override async Task Clean(RuleBench bench)
    {
        int[] counts = new int[4];
        await using InterruptRegistration handler = bench.Function.Interrupts[0].Handle((in CallbackContext _) =>
        {
            counts[bench.Registers.Read32(0x24) & 3]++;
            bench.Registers.Write32(0x64, uint.MaxValue);
            return true;
        });
        bench.EduInterrupts(8);
    }
}
