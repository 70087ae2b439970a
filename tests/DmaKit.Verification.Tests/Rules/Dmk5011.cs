using DmaKit.Platforms;

namespace DmaKit.Verification.Tests.Rules;

public sealed class Dmk5011 : RuleTest
{
    protected override string Id => "DMK5011";

    private protected override RuleOptions Options => new() { Messages = false };

    private protected override async Task Buggy(RuleBench bench)
    {
        await using InterruptRegistration handler = bench.Function.Interrupts[0].Handle((in CallbackContext _) =>
        {
            uint cause = bench.Registers.Read32(0x24) & 0x100;
            bench.Registers.Write32(0x64, cause);
            return cause != 0;
        });
        bench.EduInterrupts(1);
    }

    private protected override async Task Clean(RuleBench bench)
    {
        await using InterruptRegistration handler = bench.Function.Interrupts[0].Handle((in CallbackContext _) =>
        {
            uint cause = bench.Registers.Read32(0x24) & 0x101;
            bench.Registers.Write32(0x64, cause);
            return cause != 0;
        });
        bench.EduInterrupts(1);
    }
}
