using DmaKit.Devices;
using DmaKit.Emulation;
using DmaKit.Platforms;

namespace DmaKit.Drivers.Tests;

/// <summary>A machine with network cards.</summary>
internal sealed class NetworkMachine : IAsyncDisposable
{
    private readonly List<PciFunction> _functions = [];
    private readonly List<string> _addresses = [];

    public NetworkMachine(EmulatedPlatformOptions options, params DeviceModel[] cards)
    {
        Platform = new EmulatedPlatform(options);
        foreach (DeviceModel card in cards) _addresses.Add(Platform.Add(card));
    }

    public static EmulatedPlatformOptions Stepped { get; } = new() { Stepped = true };

    public EmulatedPlatform Platform { get; }

    /// <summary>The open functions, in the order of the cards.</summary>
    public IReadOnlyList<PciFunction> Functions => _functions;

    /// <summary>Two cards with a cable between them.</summary>
    public static NetworkMachine BackToBack(EmulatedPlatformOptions options, bool waitsForRoom = true)
    {
        var cable = new NetworkCable(waitsForRoom: waitsForRoom);
        return new NetworkMachine(options, new Rtl8139Device(cable.First), new Rtl8139Device(cable.Second));
    }

    /// <summary>Starts a driver on every card, runs the test, and closes the drivers.</summary>
    public async Task RunAsync(Func<IReadOnlyList<Rtl8139Driver>, Task> test, params Rtl8139DriverOptions?[] options)
    {
        if (Platform.Options.Stepped) Platform.Run(() => RunCoreAsync(test, options));
        else await RunCoreAsync(test, options);
    }

    /// <summary>No map register is left, nothing is in quarantine, and nobody did what he may not.</summary>
    public void AssertClean(params string[] expectedRules)
    {
        Assert.All(Platform.Misuse.Reports, r => Assert.Contains(r.Rule, expectedRules));
        foreach (PciFunction function in _functions)
        {
            Assert.Equal(function.Domain.MapRegisters.Capacity, function.Domain.MapRegisters.Free);
            Assert.Equal(0, function.Domain.Quarantine.Bytes);
        }
    }

    /// <summary>Random frames, the same for a seed.</summary>
    public static List<byte[]> Frames(int seed, int count, int least = 60, int most = 1514)
    {
        var random = new Random(seed);
        var frames = new List<byte[]>(count);
        for (int i = 0; i < count; i++)
        {
            byte[] frame = new byte[random.Next(least, most + 1)];
            random.NextBytes(frame);
            frames.Add(frame);
        }

        return frames;
    }

    /// <summary>Receives so many frames.</summary>
    public static async Task<List<byte[]>> ReceiveAsync(Rtl8139Driver driver, int count)
    {
        var frames = new List<byte[]>(count);
        byte[] buffer = new byte[Rtl8139Driver.LongestReceived];
        while (frames.Count < count)
        {
            int length = await driver.ReceiveAsync(buffer);
            frames.Add(buffer[..length]);
        }

        return frames;
    }

    public ValueTask DisposeAsync() => Platform.DisposeAsync();

    private async Task RunCoreAsync(Func<IReadOnlyList<Rtl8139Driver>, Task> test, Rtl8139DriverOptions?[] options)
    {
        var drivers = new List<Rtl8139Driver>();
        try
        {
            foreach (string address in _addresses)
            {
                PciFunction function = await Platform.OpenAsync(address);
                _functions.Add(function);
                Rtl8139DriverOptions chosen = drivers.Count < options.Length && options[drivers.Count] is { } given ? given : new Rtl8139DriverOptions { Promiscuous = true };
                drivers.Add(await Rtl8139Driver.StartAsync(function, chosen));
            }

            await test(drivers);
        }
        finally
        {
            foreach (Rtl8139Driver driver in drivers) await driver.DisposeAsync();
            foreach (PciFunction function in _functions) await function.DisposeAsync();
        }
    }
}
