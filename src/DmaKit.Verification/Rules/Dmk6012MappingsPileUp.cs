namespace DmaKit.Verification;

/// <summary>Far too many mappings of one place are alive.</summary>
internal sealed class Dmk6012MappingsPileUp : VerifierRule
{
    /// <inheritdoc/>
    public override string Id => "DMK6012";

    /// <inheritdoc/>
    public override string Name => "mappings-pile-up";

    /// <inheritdoc/>
    public override string Meaning => "Mappings that were made at one place of the driver pile up: there are more of them than requests in flight would explain.";

    /// <inheritdoc/>
    public override string Cause => "A path that ends early, an error or a short answer, forgets to complete its mapping.";

    /// <inheritdoc/>
    public override string Mend => "Complete or dispose every mapping; VerifierOptions.MappingsBeforeLeak says from how many on this is told.";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Checks => ["L22", "L25"];

    private readonly Dictionary<string, (long Alive, long Next)> _places = new(StringComparer.Ordinal);

    internal override void OnMapped(VerifierBooks books, MappingRecord mapping)
    {
        (long alive, long next) = _places.GetValueOrDefault(mapping.Origin.Place, (0, books.Options.MappingsBeforeLeak));
        if (++alive > next)
        {
            next *= 2;
            books.Report(this, mapping.Device, $"{alive} mappings that were made here are alive.", mapping.Origin);
        }

        _places[mapping.Origin.Place] = (alive, next);
    }

    internal override void OnUnmapped(VerifierBooks books, MappingRecord mapping, long bytes)
    {
        if (_places.TryGetValue(mapping.Origin.Place, out (long Alive, long Next) place)) _places[mapping.Origin.Place] = place with { Alive = place.Alive - 1 };
    }
}
