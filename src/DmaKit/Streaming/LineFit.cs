namespace DmaKit;

/// <summary>
/// What a straight line through weighted points needs to know of them: sums about their own centre, so that neither many points nor far ones
/// cancel digits away. Two sets are joined without looking at a point again.
/// </summary>
internal struct LineFit
{
    /// <summary>How many points.</summary>
    internal long Count;

    /// <summary>The sum of their weights.</summary>
    internal double Weight;

    /// <summary>Their centre in time, seconds.</summary>
    internal double MeanT;

    /// <summary>Their centre in position, frames.</summary>
    internal double MeanX;

    /// <summary>Weighted sum of squares of time about the centre.</summary>
    internal double Stt;

    /// <summary>Weighted sum of products about the centre.</summary>
    internal double Stx;

    /// <summary>Weighted sum of squares of position about the centre.</summary>
    internal double Sxx;

    /// <summary>Weighted sum of the half steps in which positions are told: what averaging does not take away.</summary>
    internal double Steps;

    /// <summary>The slope of the best line, frames a second.</summary>
    internal readonly double Slope => Stt > 0 ? Stx / Stt : 0;

    /// <summary>The weighted sum of squares that the best line leaves over.</summary>
    internal readonly double Residue => Math.Max(0, Stt > 0 ? Sxx - (Stx / Stt * Stx) : Sxx);

    internal void Add(double t, double x, double weight, double halfStep)
    {
        Count++;
        Weight += weight;
        double dt = t - MeanT;
        double dx = x - MeanX;
        double part = weight / Weight;
        MeanT += dt * part;
        MeanX += dx * part;
        double rest = weight * (1 - part);
        Stt += rest * dt * dt;
        Stx += rest * dt * dx;
        Sxx += rest * dx * dx;
        Steps += weight * halfStep;
    }

    /// <summary>Both sets as one.</summary>
    internal static LineFit Join(in LineFit a, in LineFit b)
    {
        if (a.Count == 0) return b;
        if (b.Count == 0) return a;
        double weight = a.Weight + b.Weight;
        double part = b.Weight / weight;
        double dt = b.MeanT - a.MeanT;
        double dx = b.MeanX - a.MeanX;
        double between = a.Weight * part;
        return new LineFit
        {
            Count = a.Count + b.Count,
            Weight = weight,
            MeanT = a.MeanT + (dt * part),
            MeanX = a.MeanX + (dx * part),
            Stt = a.Stt + b.Stt + (between * dt * dt),
            Stx = a.Stx + b.Stx + (between * dt * dx),
            Sxx = a.Sxx + b.Sxx + (between * dx * dx),
            Steps = a.Steps + b.Steps,
        };
    }

    /// <summary>Measures positions from a line that is steeper by <paramref name="slope"/>.</summary>
    internal void Tilt(double slope)
    {
        MeanX -= slope * MeanT;
        Sxx += slope * ((slope * Stt) - (2 * Stx));
        Stx -= slope * Stt;
    }
}
