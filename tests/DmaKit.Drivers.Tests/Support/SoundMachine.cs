using DmaKit.Devices;
using DmaKit.Emulation;
using DmaKit.Platforms;

namespace DmaKit.Drivers.Tests;

/// <summary>A machine with one ES1370: stepped unless asked otherwise.</summary>
internal sealed class SoundMachine : IAsyncDisposable
{
    public SoundMachine(Es1370Options? options = null, byte[]? captured = null, bool stepped = true, SoundSink? dac2 = null)
    {
        Platform = new EmulatedPlatform(new() { MemoryBytes = 64 << 20, Stepped = stepped });
        Card = new Es1370Device(Dac1, dac2 ?? Dac2, new MemorySoundSource(captured ?? []), options);
        Address = Platform.Add(Card);
    }

    public static StreamFormat Cd { get; } = new(SampleFormat.Int16, 2, 44_100);

    public EmulatedPlatform Platform { get; }

    public Es1370Device Card { get; }

    public MemorySoundSink Dac1 { get; } = new();

    public MemorySoundSink Dac2 { get; } = new();

    public string Address { get; }

    /// <summary>Opens the card, starts the driver, runs the test, closes both; fails on any misuse.</summary>
    public void Run(Func<Es1370Driver, Task> test)
    {
        Platform.Run(() => RunAsync(test));
        Assert.Empty(Platform.Misuse.Reports);
    }

    public async Task RunAsync(Func<Es1370Driver, Task> test)
    {
        await using PciFunction function = await Platform.OpenAsync(Address);
        await using Es1370Driver driver = Es1370Driver.Start(function);
        await test(driver);
        Assert.Equal(0, driver.NonsensePositions);
    }

    public Task Delay(double seconds) => Task.Delay(TimeSpan.FromSeconds(seconds), Platform.Clock);

    public static byte[] Noise(int bytes, int seed)
    {
        var data = new byte[bytes];
        new Random(seed).NextBytes(data);
        return data;
    }

    public ValueTask DisposeAsync() => Platform.DisposeAsync();
}
