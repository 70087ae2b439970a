namespace DmaKit;

/// <summary>Map registers that a common buffer costs on a machine that charges for it, a page each, as long as its memory is not given back.</summary>
internal sealed class RegisterCharge : IRegisterTaker
{
    private RegisterCharge(DmaAdapter adapter, int count)
    {
        Adapter = adapter;
        Registers = new int[count];
    }

    public DmaAdapter Adapter { get; }

    public int[] Registers { get; }

    public int RegisterCount => Registers.Length;

    public bool NeedsOneRun => false;

    /// <summary>Takes them, if so many are free and nobody waits for some.</summary>
    public static RegisterCharge? TryTake(DmaAdapter adapter, long bytes)
    {
        MapRegisters registers = adapter.Domain.MapRegisters;
        registers.TakeMemory(adapter);
        long pages = bytes / registers.PageSize;
        if (pages > registers.Free) return null;
        var charge = new RegisterCharge(adapter, (int)pages);
        if (!registers.Shared.TryTakeNow(charge, holding: false)) return null;
        registers.Shared.Lend(charge.Registers);
        return charge;
    }

    public void Give() => Adapter.Domain.MapRegisters.Shared.Give(Registers);
}
