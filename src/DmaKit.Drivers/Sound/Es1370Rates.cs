using System.Globalization;

namespace DmaKit.Drivers;

/// <summary>Which rates an ES1370 can make. Its 22.5792 MHz crystal gives the multiples of 11,025 Hz and never 48,000.</summary>
/// <remarks>Source: the ES1370's data sheet. DAC2 and ADC divide 1,411,200 Hz by a whole number; rates of a broken number of hertz are left out. The converters behind them are specified to 50 kHz; higher rates are what the divider makes.</remarks>
public static class Es1370Rates
{
    private const int Clock = 1_411_200;
    private const int FirstDivider = 14;
    private const int LastDivider = 352;

    private static readonly double[] s_dac1 = [5512.5, 11_025, 22_050, 44_100];

    private static readonly double[] s_divided =
        [.. Enumerable.Range(FirstDivider, LastDivider - FirstDivider + 1).Where(d => Clock % d == 0).Select(d => (double)(Clock / d)).Reverse()];

    /// <summary>The rates of a converter in hertz, ascending.</summary>
    /// <param name="converter">Which converter.</param>
    public static IReadOnlyList<double> Of(Es1370Converter converter) => converter == Es1370Converter.Dac1 ? s_dac1 : s_divided;

    /// <summary>The reachable rate that is nearest to a rate, in hertz.</summary>
    /// <param name="converter">Which converter.</param>
    /// <param name="rate">In hertz.</param>
    public static double Nearest(Es1370Converter converter, double rate) => Of(converter).MinBy(r => Math.Abs(r - rate));

    /// <summary>Whether a converter makes a rate, to less than a hertz.</summary>
    /// <param name="converter">Which converter.</param>
    /// <param name="rate">In hertz.</param>
    public static bool CanMake(Es1370Converter converter, double rate) => Math.Abs(Nearest(converter, rate) - rate) < 1;

    /// <summary>The rate exactly as the converter makes it.</summary>
    /// <exception cref="UnreachableRateException">It cannot.</exception>
    internal static double Require(Es1370Converter converter, double rate)
    {
        double nearest = Nearest(converter, rate);
        if (Math.Abs(nearest - rate) < 1) return nearest;
        IReadOnlyList<double> rates = Of(converter);
        string how = converter == Es1370Converter.Dac1 ? "" : $"1,411,200 Hz divided by {FirstDivider} to {LastDivider}: ";
        string all = string.Join(", ", rates.Select(Text));
        throw new UnreachableRateException(
            $"{converter} cannot make {Text(rate)} Hz; the nearest is {Text(nearest)}. It makes {how}{all} Hz.", rate, nearest);
    }

    /// <summary>What stands in bits 13:12 of CONTROL for a rate of DAC1, or in 28:16 for the others.</summary>
    internal static uint Code(Es1370Converter converter, double rate) =>
        converter == Es1370Converter.Dac1 ? (uint)Array.IndexOf(s_dac1, rate) : (uint)Math.Round(Clock / rate) - 2;

    private static string Text(double rate) => rate.ToString("#,0.##", CultureInfo.InvariantCulture);
}
