namespace DmaKit.Cli.Tests;

/// <summary>The live view of the network verbs.</summary>
public sealed class NetViewTests : IDisposable
{
    private readonly TempFolder _folder = new();

    /// <inheritdoc/>
    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(36)]
    [InlineData(60)]
    [InlineData(120)]
    public async Task E2_The_view_shows_every_figure_at_any_width(int columns)
    {
        string input = _folder.With("in.pcap", Captures.Make(4000));
        ToolResult result = await ToolProcess.InTerminalAsync("NO_COLOR=1 TERM=xterm", columns, $"net loop {input} --out {_folder.Path("out.pcap")}");
        foreach (string figure in (string[])["card 1", "card 2", "descriptors", "ring", "frames wait", "registers", ", most", "avoided", "coalesced", "bounced", "packets/s", "/s"])
            Assert.Contains(figure, result.Output, StringComparison.Ordinal);
        Assert.Contains("received 4,000 packets", result.Output, StringComparison.Ordinal);
    }
}
