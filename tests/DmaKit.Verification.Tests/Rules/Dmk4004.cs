namespace DmaKit.Verification.Tests.Rules;

public sealed class Dmk4004 : RuleTest
{
    protected override string Id => "DMK4004";

    private protected override Task Buggy(RuleBench bench)
    {
        using CyclicTransfer ring = new SoundCard().Ring(bench);
        ring.Prepare();
        CyclicSpans music = ring.AcquireWrite(4096);
        music.First.Fill(1);
        SecondThread.Run(() => Assert.Throws<DmaMisuseException>(() => { ring.Append(new byte[64]); }));
        ring.CommitWrite(music.Length);
        return Task.CompletedTask;
    }

    private protected override Task Clean(RuleBench bench)
    {
        using CyclicTransfer ring = new SoundCard().Ring(bench);
        ring.Prepare();
        CyclicSpans music = ring.AcquireWrite(4096);
        music.First.Fill(1);
        ring.CommitWrite(music.Length);
        SecondThread.Run(() => ring.Append(new byte[64]));
        return Task.CompletedTask;
    }
}
