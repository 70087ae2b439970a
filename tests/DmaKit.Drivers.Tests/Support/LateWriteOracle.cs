using DmaKit.Emulation;
using DmaKit.Platforms;

namespace DmaKit.Drivers.Tests;

/// <summary>Lets a read run into its timeout, and watches whether its buffer changes after the call has ended.</summary>
internal static class LateWriteOracle
{
    /// <exception cref="LateWriteException">It did.</exception>
    public static async Task CheckAsync(EmulatedPlatform machine, SystemBuffer buffer, SecretiveAdapter adapter, Func<Memory<byte>, Task> read)
    {
        adapter.Silent = true;
        await Assert.ThrowsAsync<BlockDeviceException>(() => read(buffer.Memory()));

        // From here on the buffer is the caller's own.
        byte[] mine = Pattern.Constant((int)buffer.Length, 0xC3);
        mine.CopyTo(buffer.Memory());
        adapter.Speak();
        await Task.Delay(TimeSpan.FromSeconds(1), machine.Clock);
        int changed = buffer.Span(0, mine.Length).CommonPrefixLength(mine);
        if (changed != mine.Length) throw new LateWriteException(changed);
    }
}
