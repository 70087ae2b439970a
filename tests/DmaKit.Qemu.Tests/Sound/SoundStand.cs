using System.Buffers.Binary;
using DmaKit.Drivers;
using DmaKit.Platforms;

namespace DmaKit.Qemu.Tests;

/// <summary>A machine with one ES1370 at its real clock, and the sound that has left its cable.</summary>
public abstract class SoundStand : IAsyncDisposable
{
    /// <summary>The machine.</summary>
    public abstract DmaPlatform Platform { get; }

    /// <summary>What its cable takes for the middle of unsigned samples. QEMU's mixer is half a step off.</summary>
    public virtual int UnsignedMiddle => 128;

    /// <summary>Opens the card and starts the driver on it, runs the test, and closes both.</summary>
    public async Task RunAsync(Func<Es1370Driver, Task> test)
    {
        PciFunctionInfo info = Platform.Functions.Single(f => f is { VendorId: 0x1274, DeviceId: 0x5000 });
        await using PciFunction function = await Platform.OpenAsync(info.Address, TestContext.Current.CancellationToken);
        await using Es1370Driver driver = Es1370Driver.Start(function);
        await test(driver).WaitAsync(TimeSpan.FromSeconds(120), TestContext.Current.CancellationToken);
        Assert.Equal(0, driver.NonsensePositions);
    }

    /// <summary>Closes the machine; afterwards <see cref="Heard"/> is whole.</summary>
    public async Task CloseAsync()
    {
        await Platform.DisposeAsync();
        Assert.Empty(Platform.Misuse.Reports);
    }

    /// <summary>All that was heard, left and right by turns; after <see cref="CloseAsync"/>.</summary>
    public abstract short[] Heard();

    /// <summary>Frames of any format that the card makes, as left and right.</summary>
    public short[] ToStereo(StreamFormat format, ReadOnlySpan<byte> frames)
    {
        int width = format.FrameBytes / format.Channels;
        var stereo = new short[frames.Length / format.FrameBytes * 2];
        for (int i = 0; i < stereo.Length; i++)
        {
            int at = i / 2 * format.FrameBytes + (format.Channels == 2 ? i % 2 * width : 0);
            stereo[i] = format.Samples == SampleFormat.UInt8 ? (short)((frames[at] - UnsignedMiddle) << 8) : BinaryPrimitives.ReadInt16LittleEndian(frames[at..]);
        }

        return stereo;
    }

    public virtual async ValueTask DisposeAsync() => await Platform.DisposeAsync();
}
