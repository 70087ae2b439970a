using DmaKit.Platforms;

namespace DmaKit.Drivers;

/// <summary>The parts of a function that a driver cannot do without. Configuration space may say anything: a driver that is refused says what is missing.</summary>
internal static class FunctionParts
{
    /// <summary>Maps the registers behind a base address register.</summary>
    /// <param name="function">The open function.</param>
    /// <param name="bar">The number of the base address register.</param>
    /// <param name="length">How many bytes the driver uses of it.</param>
    /// <exception cref="DmaException">The function has no such register, or a shorter one.</exception>
    public static RegisterWindow MapRegisters(this PciFunction function, int bar, long length)
    {
        RegisterWindow window;
        try
        {
            window = function.MapBar(bar);
        }
        catch (ArgumentOutOfRangeException e)
        {
            throw new DmaException($"{function.Info.Address} ({function.Info.Description}) has no base address register {bar}, where its registers should be.", e);
        }

        return window.Length >= length
            ? window
            : throw new DmaException($"{function.Info.Address} ({function.Info.Description}) has {window.Length} bytes of registers behind base address register {bar}; its driver uses {length}.");
    }

    /// <summary>The function's first interrupt.</summary>
    /// <param name="function">The open function.</param>
    /// <exception cref="DmaException">The function has none.</exception>
    public static InterruptVector FirstInterrupt(this PciFunction function) => function.Interrupts.Count > 0
        ? function.Interrupts[0]
        : throw new DmaException($"{function.Info.Address} ({function.Info.Description}) has no interrupt; its driver needs one.");
}
