namespace DmaKit.Verification.Tests.Rules;

public sealed class Dmk6007 : RuleTest
{
    protected override string Id => "DMK6007";

    private protected override Task Buggy(RuleBench bench)
    {
        for (int starts = 0; starts < 2; starts++)
        {
            RegisterLease commands = bench.Dma.ReserveForCommands(4);
            Assert.Equal(4, commands.Free);
        }
        return Task.CompletedTask;
    }

    private protected override Task Clean(RuleBench bench)
    {
        for (int starts = 0; starts < 2; starts++)
        {
            using RegisterLease commands = bench.Dma.ReserveForCommands(4);
            Assert.Equal(4, commands.Free);
        }
        return Task.CompletedTask;
    }
}
