using DmaKit.Platforms;

namespace DmaKit.Verification.Tests;

/// <summary>The machine under a rule's drivers: ours, or QEMU's.</summary>
internal abstract class RuleMachine(DmaPlatform platform) : IAsyncDisposable
{
    public DmaPlatform Platform => platform;

    public MisuseLog Misuse => platform.Misuse;

    /// <summary>Gives the machine one more edu device.</summary>
    /// <returns>Where it is.</returns>
    public abstract string AddEdu();

    /// <summary>Ends when the edu device has done what it was told, and everything that it raised has been delivered.</summary>
    public abstract void RunUntilIdle();

    /// <summary>Lets time go by.</summary>
    public abstract void Advance(TimeSpan time);

    public void AddObserver(DmaObserver observer) => platform.AddObserver(observer);

    public ValueTask<PciFunction> OpenAsync(string address) => platform.OpenAsync(address, TestContext.Current.CancellationToken);

    /// <summary>The registers of the edu device that the driver has.</summary>
    public virtual void Drives(RegisterWindow edu)
    {
    }

    public ValueTask DisposeAsync() => platform.DisposeAsync();
}
