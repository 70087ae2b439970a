using System.Text;
using System.Text.Json;
using DmaKit.Emulation;
using Microsoft.Extensions.Logging;

namespace DmaKit.Tests;

public sealed class DomainSnapshotTests
{
    [Fact]
    public void Q2_ASnapshotShowsWhoHoldsWhatAndWhy()
    {
        var machine = new TestMachine(new EmulatedPlatformOptions { MemoryBytes = 16 << 20, MapRegisters = 8 });
        using var closing = new Closing(machine);
        CommonBuffer ring = machine.Dma.AllocateCommonBuffer(8192, new CommonBufferOptions { Name = "ring", MinimumAddress = new(0x200000) });
        CommonBuffer lost = machine.Dma.AllocateCommonBuffer(4096, new CommonBufferOptions { Name = "lost", MinimumAddress = new(0x300000) });
        Assert.True(machine.Dma.TryMap(new byte[5000], DmaDirection.ToDevice, out DmaMapping mapping));
        machine.Registers.Write32(TestMachine.Doorbell, 1);
        lost.Dispose();

        using var text = new StringWriter { NewLine = "\n" };
        machine.Dma.Domain.TakeSnapshot().WriteText(text);
        string address = machine.Function.Info.Address;
        Assert.Equal(
            $"""
            domain machine, not translated
              buffer 0x00200000+0x2000 {address} ring
              map registers 6 of 8 free, 0 waiting, 2 at most
              mappings 1, 0 bytes direct, 5000 bounced, 0 coalesced
              quarantine 4096 bytes {address} common buffer 'lost': disposed while its device was not known to be quiet; freed by DeclareQuiet after the driver's own stop or register reset

            """.ReplaceLineEndings("\n"),
            text.ToString());

        using var json = new MemoryStream();
        using (var writer = new Utf8JsonWriter(json)) machine.Dma.Domain.TakeSnapshot().WriteJson(writer);
        using JsonDocument document = JsonDocument.Parse(Encoding.UTF8.GetString(json.ToArray()));
        Assert.Equal("0x00200000", document.RootElement.GetProperty("buffers")[0].GetProperty("address").GetString());
        Assert.Equal(6, document.RootElement.GetProperty("mapRegisters").GetProperty("free").GetInt32());
        Assert.Equal(4096, document.RootElement.GetProperty("quarantine")[0].GetProperty("bytes").GetInt32());
        mapping.Complete(0);
        machine.Dma.DeclareQuiet();
        ring.Dispose();
    }

    [Fact]
    public async Task E1_ReportsAreLoggedAtOnceAndAtClose()
    {
        var log = new ListLogger();
        var machine = new TestMachine();
        machine.Platform.Misuse.Logger = log;
        machine.Platform.Misuse.Report(new MisuseReport("some-rule", "something happened", "somebody"));
        await machine.DisposeAsync();
        Assert.Equal(["some-rule: somebody: something happened", "At close, again: some-rule: somebody: something happened"], log.Lines);
    }

    private sealed class ListLogger : ILogger
    {
        public List<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Add(formatter(state, exception));
    }
}
