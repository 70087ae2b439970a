namespace DmaKit.Benchmarks;

/// <summary>One line of the table: something of ours beside a peer that does the same work. One file a row, in Rows.</summary>
internal abstract class Row : IDisposable
{
    /// <summary>The short name that is asked for on the command line and stands in the results.</summary>
    public abstract string Id { get; }

    /// <summary>What is measured.</summary>
    public abstract string Title { get; }

    /// <summary>Who does the same.</summary>
    public abstract string Peer { get; }

    /// <summary>The ratio ours / peer that must hold; 0 where this peer is here for comparison only.</summary>
    public virtual double Must => 0;

    /// <summary>What ours may cost over the peer, in the row's unit, where the limit is no ratio; 0 where there is no such limit.</summary>
    public virtual double Allowance => 0;

    /// <summary>The ratio that is aimed at; 0 where there is none.</summary>
    public virtual double Aim => 0;

    /// <summary>What the figures count.</summary>
    public virtual string Unit => "ns";

    /// <summary>What a reader should know about the figure.</summary>
    public virtual string Note => "";

    /// <summary>Where the aim is missed: why, and what was tried. Shown only then.</summary>
    public virtual string Missed => WhyMissed.Of(Id);

    /// <summary>Measures, in the harness's short alternated samples where time is measured. May be called again.</summary>
    public abstract Measurement Measure(Sampler sampler);

    /// <inheritdoc/>
    public virtual void Dispose()
    {
    }
}
