namespace DmaKit;

/// <summary>Which channels of a source go to which channels of a ring, and how loud: a matrix.</summary>
public sealed class ChannelMap
{
    // Left, right, both, or neither, for one to eight channels in the usual order of loudspeakers.
    private static readonly string[] Layouts = ["C", "LR", "LRC", "LRLR", "LRCLR", "LRC-LR", "LRC-CLR", "LRC-LRLR"];

    private readonly double[] _weights;

    /// <summary>Creates a map.</summary>
    /// <param name="from">Channels of the source, 1 to 64.</param>
    /// <param name="to">Channels of the ring, 1 to 8.</param>
    /// <param name="weights">For each channel of the ring in turn, the weight of each channel of the source; from -8 to 8.</param>
    /// <exception cref="ArgumentException">There are not <paramref name="from"/> times <paramref name="to"/> weights, or one is out of its range.</exception>
    public ChannelMap(int from, int to, params ReadOnlySpan<double> weights)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(from, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(from, 64);
        ArgumentOutOfRangeException.ThrowIfLessThan(to, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(to, 8);
        if (weights.Length != from * to) throw new ArgumentException($"{weights.Length} weights; legal: {from} x {to} = {from * to}.", nameof(weights));
        foreach (double weight in weights)
            if (!(Math.Abs(weight) <= 8)) throw new ArgumentException($"A weight of {weight}; legal: -8 to 8.", nameof(weights));
        From = from;
        To = to;
        _weights = weights.ToArray();
        Loudest = Enumerable.Range(0, to).Max(c => _weights.Skip(c * from).Take(from).Sum(Math.Abs));
        IsIdentity = from == to && !_weights.Where((w, i) => w != (i % (from + 1) == 0 ? 1 : 0)).Any();
    }

    /// <summary>Channels of the source.</summary>
    public int From { get; }

    /// <summary>Channels of the ring.</summary>
    public int To { get; }

    /// <summary>Whether each channel goes to the one of its number as it is.</summary>
    public bool IsIdentity { get; }

    /// <summary>By how much the map can raise a full-scale source.</summary>
    internal double Loudest { get; }

    /// <summary>
    /// What is heard when nobody says more. As many channels: each to its own. One channel: to left and right, or to the only one. Two into one: half of each. More than two into two or one: the usual
    /// order of loudspeakers is taken (left, right, centre, low frequencies, back or side pairs); centre and pairs come in with 0.707, low frequencies not. Else each to its own, as far as there are any.
    /// </summary>
    /// <param name="from">Channels of the source.</param>
    /// <param name="to">Channels of the ring.</param>
    public static ChannelMap Default(int from, int to)
    {
        double[] weights = new double[Math.Max(1, from) * Math.Max(1, to)];
        if (from == 1 || to > 2 || from == to)
        {
            int heard = from == 1 ? Math.Min(to, 2) : Math.Min(from, to);
            for (int c = 0; c < heard; c++) weights[(c * from) + (from == 1 ? 0 : c)] = 1;
        }
        else
        {
            string places = Layouts[Math.Min(from, Layouts.Length) - 1];
            for (int s = 0; s < places.Length; s++)
            {
                double weight = s < 2 ? 1 : Math.Sqrt(0.5);
                for (int side = 0; side < 2; side++)
                    if (places[s] == 'C' || places[s] == (side == 0 ? 'L' : 'R')) weights[(side % to * from) + s] += weight / (3 - to);
            }
        }

        return new ChannelMap(from, to, weights);
    }

    /// <summary>Maps whole frames.</summary>
    internal void Apply(ReadOnlySpan<double> source, Span<double> ring)
    {
        for (int frame = 0; (frame + 1) * From <= source.Length; frame++)
        {
            ReadOnlySpan<double> heard = source.Slice(frame * From, From);
            Span<double> made = ring.Slice(frame * To, To);
            for (int c = 0; c < To; c++)
            {
                double sum = 0;
                ReadOnlySpan<double> weights = _weights.AsSpan(c * From, From);
                for (int s = 0; s < From; s++)
                    if (weights[s] != 0) sum += heard[s] * weights[s];
                made[c] = sum;
            }
        }
    }
}
