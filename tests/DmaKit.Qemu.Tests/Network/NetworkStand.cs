using DmaKit.Drivers;
using DmaKit.Platforms;

namespace DmaKit.Qemu.Tests;

/// <summary>A machine with one network card whose wire leads to the test.</summary>
public abstract class NetworkStand : IAsyncDisposable
{
    protected const long MemoryBytes = 64 << 20, LowMemoryBytes = 32 << 20;

    protected const int Seed = 4;

    /// <summary>The machine.</summary>
    public abstract DmaPlatform Platform { get; }

    /// <summary>Whether an IOMMU translates; memory is in single pages then.</summary>
    public virtual bool Translates => false;

    /// <summary>What its map registers are made of.</summary>
    public virtual MapRegisterKind RegisterKind => Translates ? MapRegisterKind.IommuEntry : MapRegisterKind.BouncePage;

    /// <summary>Whether the wire's other end fills up short frames that come to it.</summary>
    public virtual bool FillsShortFrames => false;

    /// <summary>Puts a frame on the wire, when there is room.</summary>
    public abstract Task SendToCardAsync(byte[] frame);

    /// <summary>Takes the next frame that the card sent.</summary>
    public abstract Task<byte[]> ReceiveFromCardAsync();

    /// <summary>Starts the driver, runs the test, closes both, and looks whether anything is left behind.</summary>
    public async Task RunAsync(Func<Rtl8139Driver, Task> test, Rtl8139DriverOptions? options = null)
    {
        CancellationToken given = TestContext.Current.CancellationToken;
        PciFunctionInfo info = Platform.Functions.Single(f => f is { VendorId: 0x10EC, DeviceId: 0x8139 });
        await using (PciFunction function = await Platform.OpenAsync(info.Address, given))
        {
            await using (Rtl8139Driver driver = await Rtl8139Driver.StartAsync(function, options ?? new Rtl8139DriverOptions { Promiscuous = true }, given))
            {
                await test(driver).WaitAsync(TimeSpan.FromSeconds(60), given);
                Assert.Equal((0, 0), (driver.Statistics.ReceiverResets, driver.Statistics.CardResets));
            }

            Assert.Equal(function.Domain.MapRegisters.Capacity, function.Domain.MapRegisters.Free);
            Assert.Equal(0, function.Domain.Quarantine.Bytes);
        }

        Assert.Empty(Platform.Misuse.Reports);
    }

    public abstract ValueTask DisposeAsync();
}
