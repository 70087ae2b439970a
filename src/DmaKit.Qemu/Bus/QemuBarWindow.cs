using DmaKit.Platforms;

namespace DmaKit.Qemu;

/// <summary>The registers behind a base address register, over the conversation with QEMU.</summary>
internal sealed class QemuBarWindow(QemuFunction function, QtestClient client, InterruptPump pump, QemuBar bar) : RegisterWindow(function, bar.Number, bar.Length)
{
    private readonly QemuFunction _function = function;

    protected override ulong ReadCore(long offset, int size)
    {
        _function.ThrowIfClosed();
        if (!bar.IsIo) return client.Read(bar.Address + (ulong)offset, size);
        var port = (ushort)(bar.Address + (ulong)offset);

        // A port has no access of 64 bits.
        return size < 8 ? client.In(port, size) : client.In(port, 4) | ((ulong)client.In((ushort)(port + 4), 4) << 32);
    }

    protected override void WriteCore(long offset, int size, ulong value)
    {
        _function.ThrowIfClosed();
        pump.NoteActivity();
        if (!bar.IsIo)
        {
            client.Write(bar.Address + (ulong)offset, size, value);
            return;
        }

        var port = (ushort)(bar.Address + (ulong)offset);
        client.Out(port, Math.Min(size, 4), (uint)value);
        if (size == 8) client.Out((ushort)(port + 4), 4, (uint)(value >> 32));
    }
}
