namespace DmaKit.Verification;

/// <summary>What is known of a function: its registers, and whether it was ever let to transfer.</summary>
internal sealed class FunctionRecord
{
    private readonly Dictionary<(int Bar, long Offset), RegisterRecord> _registers = [];

    /// <summary>The register that was written before this one.</summary>
    public DoorbellRecord? Last { get; set; }

    /// <summary>Whether bus mastering was seen on.</summary>
    public bool WasMaster { get; set; }

    /// <summary>The first address that was handed over while bus mastering was off.</summary>
    public (string What, string Owner, CallSite Origin, CallSite At)? HandedTooEarly { get; set; }

    public RegisterRecord Register(DoorbellRecord doorbell)
    {
        (int, long) key = (doorbell.Bar, doorbell.Offset);
        if (!_registers.TryGetValue(key, out RegisterRecord? register)) _registers[key] = register = new RegisterRecord();
        return register;
    }
}
