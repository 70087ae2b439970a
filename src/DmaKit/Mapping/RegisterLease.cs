namespace DmaKit;

/// <summary>
/// Map registers that were set aside for an owner: mappings that name it share them, with a line of their own, and compete with nobody else.
/// Made by <see cref="DmaAdapter.ReserveRegisters"/> and its like; given back by disposal.
/// </summary>
/// <remarks>Safe from any thread.</remarks>
public sealed class RegisterLease : IDisposable, IRegisterTaker
{
    private readonly DmaRequest? _request;
    private readonly int[] _registers;
    private RegisterLimits? _limits;
    private int _disposed;

    internal RegisterLease(DmaAdapter adapter, int count, string name, DmaRequest? request)
    {
        Adapter = adapter;
        Name = name;
        _request = request;
        _registers = new int[count];
        Pool = new RegisterPool(adapter.Domain, $"map registers of '{name}'");
    }

    /// <summary>The adapter that they were reserved for: all are in its reach.</summary>
    public DmaAdapter Adapter { get; }

    /// <summary>Its name in reports.</summary>
    public string Name { get; }

    /// <summary>How many there are.</summary>
    public int Count => _registers.Length;

    /// <summary>How many of them no mapping holds.</summary>
    public int Free => (int)Pool.Available;

    /// <summary>How many mappings wait for them.</summary>
    public int Waiting => Pool.Waiting;

    /// <summary>
    /// Gives the registers back. Those that mappings still hold are reported as misuse, and all go back when the last of them has ended.
    /// Never throws; a second call does nothing.
    /// </summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        Adapter.Forget(this);
        int left = Pool.Close(GiveBack);
        if (left > 0)
        {
            Adapter.Function.Platform.Misuse.Report(new MisuseReport(
                "reservation-disposed-while-in-use", $"mappings still hold {left} of its {Count} map registers. Complete them first; the registers go back with the last.", Name));
        }
    }

    internal RegisterPool Pool { get; }

    /// <summary>The most registers that a mapping of an adapter can get of them.</summary>
    internal RegisterLimits LimitsFor(DmaAdapter adapter) =>
        adapter == Adapter ? _limits = Pool.LimitsFor(adapter, _limits) : Pool.LimitsFor(adapter, null);

    internal Hold Hold => new(Adapter.Domain.MapRegisters.Shared, 0, _registers.Length, _registers);

    int[] IRegisterTaker.Registers => _registers;

    int IRegisterTaker.RegisterCount => _registers.Length;

    bool IRegisterTaker.NeedsOneRun => Adapter.Constraints.MaxElements == 1;

    /// <summary>The registers are there.</summary>
    internal RegisterLease Begin()
    {
        MapRegisters registers = Adapter.Domain.MapRegisters;
        Array.Sort(_registers);
        registers.Shared.Lend(_registers);
        Pool.Fill(registers.Pages, _registers);
        Adapter.Remember(this);
        return this;
    }

    private void GiveBack()
    {
        Adapter.Domain.Waits.Give(_request, Hold);
        Adapter.Domain.MapRegisters.Shared.Give(_registers);
    }
}
