using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using DmaKit.Drivers;
using DmaKit.Formats;

namespace DmaKit.Cli;

/// <summary>The options that every sound verb has.</summary>
internal sealed class SoundOptions
{
    private const double MostSkew = 10_000;
    private static readonly SoundSettings s_standard = new();

    // QEMU moves one period in each tick, and ticks every millisecond: a card with shorter ones would be too slow.
    private static readonly TimeSpan s_leastQemuPeriod = TimeSpan.FromMilliseconds(2);

    private readonly Option<string> _out;
    private readonly PlatformOption _platform;
    private readonly DeviceOption _device;
    private readonly Option<int?> _rate;
    private readonly Option<string> _raw;
    private readonly Option<double> _skew;
    private readonly Option<TimeSpan> _jitter = OptionKinds.Time("--jitter", "Standard deviation of the age of the card's position, such as 2ms.", TimeSpan.Zero, TimeSpan.FromMilliseconds(100));
    private readonly Option<TimeSpan> _period = OptionKinds.Time("--period", "Time between two interrupts.", s_standard.Period, TimeSpan.FromSeconds(1));
    private readonly Option<TimeSpan> _ring = OptionKinds.Time("--ring", "Length of the ring that is asked for; 256 KiB is the most.", s_standard.Ring, TimeSpan.FromSeconds(100));
    private readonly Option<TimeSpan>? _lead;
    private readonly Option<bool> _realTime = new("--real-time") { Description = "Run on the real clock, not on an emulated one that is faster. QEMU always does." };
    private readonly Option<int> _seed = OptionKinds.Number("--seed", "Where jitter comes from.", s_standard.Seed, 0, int.MaxValue);
    private readonly Option<bool> _json = new("--json") { Description = "One JSON object on standard output instead of text." };

    /// <summary>Adds the options to a command.</summary>
    internal SoundOptions(Command command, Es1370Converter converter)
    {
        bool plays = converter != Es1370Converter.Adc;
        _out = OptionKinds.File("--out", "The WAV file that is written; - is bare samples on the standard output. A file that exists is replaced.", plays ? "MIX.wav" : "R.wav");
        _rate = new Option<int?>("--rate")
        {
            Description = $"Frames a second of the card. Default: that of the {(plays ? "first " : "")}source, or the nearest that the card can make.",
            HelpName = "N",
            CustomParser = result => ParseRate(result, converter),
        };
        _raw = new Option<string>("--raw")
        {
            Description = "What bare samples on the standard input are: u8, s16, s24, s32, f32 or f64, rate, channels.",
            HelpName = "FORMAT",
            DefaultValueFactory = _ => "s16,44100,2",
        };
        _raw.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && RawFormat.Parse(result.Tokens[0].Value) is null) result.AddError($"--raw is '{result.Tokens[0].Value}'; legal: {RawFormat.Legal}");
        });
        _skew = new Option<double>("--skew-ppm")
        {
            Description = "By how many parts per million the card's crystal is fast.",
            HelpName = "N",
            DefaultValueFactory = _ => 0,
            CustomParser = result =>
            {
                string text = result.Tokens[0].Value;
                if (double.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value) && Math.Abs(value) <= MostSkew) return value;
                result.AddError($"--skew-ppm is '{text}'; legal: a number from -{MostSkew} to {MostSkew}");
                return 0;
            },
        };
        foreach (Option option in new Option[] { _out, _rate, _raw }) command.Options.Add(option);
        _platform = new PlatformOption(command);
        _device = new DeviceOption(command, _platform, 1);
        if (plays)
        {
            // The card plays to its own cable: the tool hears nothing of it.
            _out.Required = false;
            _out.Description += " Not with --platform vfio: there the card's own cable has it.";
            command.Validators.Add(result =>
            {
                bool given = result.GetResult(_out) is { Implicit: false };
                if (_platform.IsHardware(result) && given) result.AddError("--out is not for --platform vfio: the card plays to its own cable, which the tool does not hear");
                else if (!_platform.IsHardware(result) && !given) result.AddError("option '--out' is required");
            });
        }

        foreach (Option option in new Option[] { _skew, _jitter, _seed }) _platform.EmulatedOnly(option);
        foreach (Option option in new Option[] { _skew, _jitter, _period, _ring }) command.Options.Add(option);
        if (plays)
        {
            _lead = OptionKinds.Time("--lead", "How far ahead of the card sources are mixed; 0 is the whole ring.", TimeSpan.Zero, TimeSpan.FromSeconds(100));
            command.Options.Add(_lead);
        }

        foreach (Option option in new Option[] { _realTime, _seed, _json }) command.Options.Add(option);
        command.Validators.Add(Check);
    }

    /// <summary>Adds the option for QEMU's own file.</summary>
    internal Option<string?> AddWire(Command command)
    {
        Option<string?> wire = WireOption.AddTo(command, "Where QEMU keeps its own WAV file of what its card played.", _out);
        _platform.QemuOnly(wire);
        return wire;
    }

    internal string? Out(ParseResult parsed) => parsed.GetValue(_out);

    /// <summary>Whether the command line asks for this machine's own card.</summary>
    internal bool IsHardware(SymbolResult result) => _platform.IsHardware(result);

    internal bool Json(ParseResult parsed) => parsed.GetValue(_json);

    internal int? Rate(ParseResult parsed) => parsed.GetValue(_rate);

    internal WavFormat Raw(ParseResult parsed) => RawFormat.Parse(parsed.GetValue(_raw)!) ?? RawFormat.Standard;

    internal SoundSettings Read(ParseResult parsed) => new()
    {
        Platform = _platform.Read(parsed),
        Devices = _device.Read(parsed),
        SkewPartsPerMillion = parsed.GetValue(_skew),
        Jitter = parsed.GetValue(_jitter),
        Period = parsed.GetValue(_period),
        Ring = parsed.GetValue(_ring),
        Lead = _lead is null ? TimeSpan.Zero : parsed.GetValue(_lead),
        RealTime = parsed.GetValue(_realTime) || _platform.Read(parsed) != PlatformKind.Emulated,
        Seed = parsed.GetValue(_seed),
    };

    private void Check(CommandResult result)
    {
        if (result.Errors.Any()) return;
        if (result.GetValue(_json) && result.GetValue(_out) is "-") result.AddError("--json and --out - both want the standard output");
        TimeSpan period = Given(_period, s_standard.Period), ring = Given(_ring, s_standard.Ring), lag = 8 * Given(_jitter, TimeSpan.Zero);
        if (period < TimeSpan.FromMicroseconds(100)) result.AddError($"--period is {TimeText.Show(period)}; legal: 100 us or more");
        if (_platform.IsQemu(result) && period < s_leastQemuPeriod) result.AddError($"--period is {TimeText.Show(period)}; legal on QEMU: {TimeText.Show(s_leastQemuPeriod)} or more");
        TimeSpan least = 4 * period + 2 * lag;
        if (ring < least) result.AddError($"--ring is {TimeText.Show(ring)}; legal: {TimeText.Show(least)} or more, which is four periods and sixteen times the jitter");
        if (_lead is not null && Given(_lead, TimeSpan.Zero) is var lead && lead > TimeSpan.Zero && lead < 2 * period + 2 * lag)
            result.AddError($"--lead is {TimeText.Show(lead)}; legal: 0, or {TimeText.Show(2 * period + 2 * lag)} or more, which is two periods and sixteen times the jitter");

        // While the command line is checked an option that was not given has no value yet.
        TimeSpan Given(Option<TimeSpan> option, TimeSpan standard) => result.GetResult(option) is { Implicit: false } ? result.GetValue(option) : standard;
    }

    private static int? ParseRate(ArgumentResult result, Es1370Converter converter)
    {
        string text = result.Tokens[0].Value;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int rate) && Es1370Rates.CanMake(converter, rate)) return rate;
        string all = string.Join(", ", Es1370Rates.Of(converter).Select(r => r.ToString(CultureInfo.InvariantCulture)));
        result.AddError($"--rate is '{text}', which the card cannot make; it makes {all}");
        return null;
    }
}
