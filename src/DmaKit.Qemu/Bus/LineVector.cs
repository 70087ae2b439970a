using DmaKit.Platforms;

namespace DmaKit.Qemu;

/// <summary>A function's interrupt line. Masking it keeps this function's level off the line, by the command register's INTx disable; its neighbours go on.</summary>
internal sealed class LineVector(QemuFunction function, InterruptPump pump, int line) : InterruptVector(function, 0, InterruptKind.Line)
{
    private readonly QemuFunction _function = function;
    private int _masked = 1;

    /// <summary>The number of the interrupt controller's input.</summary>
    internal int Line { get; } = line;

    internal bool IsMasked => _masked != 0;

    internal bool DeliverLine() => !IsMasked && Deliver();

    protected override void SetMasked(bool masked)
    {
        Interlocked.Exchange(ref _masked, masked ? 1 : 0);
        _function.AllowLine(!masked);
        if (!masked) pump.Revive(Line);
    }
}
