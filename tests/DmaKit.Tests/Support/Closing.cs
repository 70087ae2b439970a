namespace DmaKit.Tests;

/// <summary>Closes a machine at the end of a synchronous test.</summary>
internal sealed class Closing(TestMachine machine) : IDisposable
{
    public void Dispose() => machine.DisposeAsync().AsTask().GetAwaiter().GetResult();
}
