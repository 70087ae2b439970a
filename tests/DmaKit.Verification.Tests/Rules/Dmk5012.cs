using DmaKit.Platforms;

namespace DmaKit.Verification.Tests.Rules;

public sealed class Dmk5012 : RuleTest
{
    protected override string Id => "DMK5012";

    private protected override async Task Buggy(RuleBench bench)
    {
        InterruptVector interrupt = bench.Function.Interrupts[0];
        await using InterruptRegistration first = interrupt.Handle((in CallbackContext _) => true);
        await using InterruptRegistration second = interrupt.Handle((in CallbackContext _) => true);
    }

    private protected override async Task Clean(RuleBench bench)
    {
        InterruptVector interrupt = bench.Function.Interrupts[0];
        await using (InterruptRegistration first = interrupt.Handle((in CallbackContext _) => true)) bench.Machine.RunUntilIdle();
        await using InterruptRegistration second = interrupt.Handle((in CallbackContext _) => true);
    }
}
