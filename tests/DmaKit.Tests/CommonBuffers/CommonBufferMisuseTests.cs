namespace DmaKit.Tests;

public sealed class CommonBufferMisuseTests
{
    [Fact]
    public void CB9_DisposalWhileAMappingIsOpenIsReportedAndQuarantined()
    {
        var machine = new TestMachine();
        using var closing = new Closing(machine);
        CommonBuffer buffer = machine.Dma.AllocateCommonBuffer(4096, new CommonBufferOptions { Name = "in use" });
        Assert.True(machine.Dma.TryMap(buffer.Memory(0, 100), DmaDirection.ToDevice, out DmaMapping mapping));
        machine.Dma.DeclareQuiet();
        buffer.Dispose();
        MisuseReport report = Assert.Single(machine.Platform.Misuse.Reports);
        Assert.Equal("buffer-disposed-while-in-use", report.Rule);
        Assert.Equal("in use", report.Owner);
        Assert.Equal(4096, machine.Dma.Domain.Quarantine.Bytes);
        mapping.Complete(0);
    }

    [Fact]
    public async Task E1_ReportsAreRepeatedAtClose()
    {
        var machine = new TestMachine();
        var repeated = new List<string>();
        machine.Platform.Misuse.RepeatedAtClose += r => repeated.Add(r.Rule);
        machine.Platform.Misuse.Reported += _ => throw new InvalidOperationException("a listener with a bug");
        machine.Dma.AllocateCommonBuffer(4096, new CommonBufferOptions { Name = "forgotten" });
        await machine.Dma.DisposeAsync();
        Assert.Empty(repeated);
        await machine.DisposeAsync();
        Assert.Equal(["buffer-not-disposed"], repeated);
    }

    [Fact]
    public void E1_MisuseNamesValueAndLegalRange()
    {
        var machine = new TestMachine();
        using var closing = new Closing(machine);
        using CommonBuffer buffer = machine.Dma.AllocateCommonBuffer(100, new CommonBufferOptions { Name = "ring" });
        ArgumentOutOfRangeException error = Assert.Throws<ArgumentOutOfRangeException>(() => buffer.Span(90, 20));
        Assert.Contains("20 bytes at offset 90 of common buffer 'ring', which has 100 bytes", error.Message, StringComparison.Ordinal);
        error = Assert.Throws<ArgumentOutOfRangeException>(() => machine.Registers.Read32(machine.Registers.Length));
        Assert.Contains("BAR 0", error.Message, StringComparison.Ordinal);
        buffer.DeclareQuiet();
    }

    [Fact]
    public void Q1_ARegisterWriteAfterDeclareQuietEndsIt()
    {
        var machine = new TestMachine();
        using var closing = new Closing(machine);
        CommonBuffer buffer = machine.Dma.AllocateCommonBuffer(4096);
        machine.Dma.DeclareQuiet();
        machine.Registers.Write32(TestMachine.Doorbell, 1);
        buffer.Dispose();
        Assert.Equal(4096, machine.Dma.Domain.Quarantine.Bytes);
    }
}
