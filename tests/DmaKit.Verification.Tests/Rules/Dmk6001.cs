using DmaKit.Platforms;

namespace DmaKit.Verification.Tests.Rules;

public sealed class Dmk6001 : RuleTest
{
    protected override string Id => "DMK6001";

    private protected override async Task Buggy(RuleBench bench)
    {
        await using InterruptRegistration handler = bench.Function.Interrupts[0].Handle((in CallbackContext _) =>
        {
            try
            {
                using CommonBuffer answer = bench.Dma.AllocateCommonBuffer(64, new() { Name = "answer" });
                return answer.Length > 0;
            }
            catch (DmaMisuseException)
            {
                return true;
            }
        });
        bench.EduInterrupts(1);
    }

    private protected override async Task Clean(RuleBench bench)
    {
        using CommonBuffer answer = bench.Dma.AllocateCommonBuffer(64, new() { Name = "answer" });
        await using InterruptRegistration handler = bench.Function.Interrupts[0].Handle((in CallbackContext _) =>
        {
            try
            {
                return answer.Length > 0;
            }
            catch (DmaMisuseException)
            {
                return true;
            }
        });
        bench.EduInterrupts(1);
    }
}
