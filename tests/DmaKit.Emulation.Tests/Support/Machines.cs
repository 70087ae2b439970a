using DmaKit.Platforms;

namespace DmaKit.Emulation.Tests;

/// <summary>What nearly every test does first.</summary>
internal static class Machines
{
    public static ValueTask<PciFunction> FunctionAsync(this EmulatedPlatform machine, string address) => machine.OpenAsync(address);
}
