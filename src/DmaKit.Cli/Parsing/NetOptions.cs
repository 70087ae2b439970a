using System.CommandLine;
using System.CommandLine.Parsing;
using DmaKit.Formats;

namespace DmaKit.Cli;

/// <summary>The options that every network verb has.</summary>
internal sealed class NetOptions
{
    private const long StandardMemory = 64L << 20;
    private const int MostFragments = 64;

    private readonly MachineOptions _machine;
    private readonly Option<int> _fragments = OptionKinds.Number("--fragments", "Split each packet into so many pieces, at random places.", 1, 1, MostFragments);
    private readonly Option<string> _format;
    private readonly Option<string> _out;
    private readonly Option<bool> _json = new("--json") { Description = "One JSON object on standard output instead of text." };

    /// <summary>Adds the options to a command.</summary>
    /// <param name="command">The command.</param>
    /// <param name="output">What the output is.</param>
    /// <param name="sends">Whether packets are sent, so that they can be split.</param>
    /// <param name="devices">How many of this machine's own cards the verb can drive; 0 where it cannot.</param>
    /// <param name="notHardware">Why it cannot.</param>
    internal NetOptions(Command command, string output, bool sends, int devices, string? notHardware = null)
    {
        _out = OptionKinds.File("--out", $"{output}; - is the standard output. A file that exists is replaced.", "OUT.pcap");
        command.Options.Add(_out);
        if (sends) command.Options.Add(_fragments);
        _machine = new MachineOptions(command, StandardMemory, fragmentation: 0, network: true, devices, notHardware);
        _format = new Option<string>("--format")
        {
            Description = "pcap (nanoseconds), pcap-us (microseconds) or pcapng. Default: pcapng for names that end so, else pcap, with microseconds if the input has them.",
            HelpName = "FORMAT",
        };
        _format.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && FormatOf(result.Tokens[0].Value) is null)
                result.AddError($"--format is '{result.Tokens[0].Value}'; legal: pcap, pcap-us, pcapng");
        });
        command.Options.Add(_format);
        command.Options.Add(_json);
        command.Validators.Add(result =>
        {
            if (result.GetValue(_json) && result.GetValue(_out) is "-") result.AddError("--json and --out - both want the standard output");
        });
    }

    internal NetSettings Read(ParseResult parsed) => new(_machine.Read(parsed), Math.Max(1, parsed.GetValue(_fragments)), FormatOf(parsed.GetValue(_format)));

    /// <summary>Whether the command line asks for this machine's own cards.</summary>
    internal bool IsHardware(SymbolResult result) => _machine.IsHardware(result);

    /// <summary>Adds the option for QEMU's own capture.</summary>
    internal Option<string?> AddWire(Command command)
    {
        Option<string?> wire = WireOption.AddTo(command, "Where QEMU keeps its own capture of the wire.", _out);
        _machine.QemuOnly(wire);
        return wire;
    }

    internal string Out(ParseResult parsed) => parsed.GetValue(_out)!;

    internal bool Json(ParseResult parsed) => parsed.GetValue(_json);

    private static CaptureFormat? FormatOf(string? text) => text switch
    {
        "pcap" => CaptureFormat.Pcap,
        "pcap-us" => CaptureFormat.PcapMicroseconds,
        "pcapng" => CaptureFormat.PcapNg,
        _ => null,
    };
}
