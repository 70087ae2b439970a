namespace DmaKit.Verification;

/// <summary>A device was given addresses, and never let to transfer.</summary>
internal sealed class Dmk5005MasterNeverOn : VerifierRule
{
    /// <inheritdoc/>
    public override string Id => "DMK5005";

    /// <inheritdoc/>
    public override string Name => "bus-mastering-never-on";

    /// <inheritdoc/>
    public override string Meaning => "The device was given the address of a buffer, packet or mapping, but bus mastering was off and was never switched on: it can neither read nor write memory, and sends no message interrupts.";

    /// <inheritdoc/>
    public override string Cause => "function.BusMaster = true is missing, or stands in a path that is not gone.";

    /// <inheritdoc/>
    public override string Mend => "Set BusMaster when the function was opened and before the device is started.";

    internal override void OnTold(VerifierBooks books, FunctionRecord function, DoorbellRecord doorbell)
    {
        if (function.WasMaster) function.HandedTooEarly = null;
        else if (doorbell.IsStart) function.HandedTooEarly ??= (doorbell.Text, doorbell.Buffer?.Name ?? doorbell.Mapping!.Device, doorbell.Buffer?.Origin ?? doorbell.Mapping!.Origin, books.Here());
    }

    internal override void OnClosing(VerifierBooks books, DmaAdapter adapter)
    {
        FunctionRecord function = books.Function(adapter.Function);
        if (function.HandedTooEarly is not { } early) return;
        function.HandedTooEarly = null;
        books.Report(this, early.Owner, $"{early.What} was written while bus mastering of {adapter.Function.Info.Address} was off, and it was never on until the adapter was closed.", early.Origin, early.At);
    }
}
