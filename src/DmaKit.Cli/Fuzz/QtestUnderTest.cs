using DmaKit.Qemu;

namespace DmaKit.Cli;

/// <summary>A client of QEMU's test protocol as the fuzzer sees it, so that a test can put a broken one in its place. It waits for nothing.</summary>
internal abstract class QtestUnderTest : IDisposable
{
    /// <summary>The other side: is told that a command was sent, and says whether it was taken.</summary>
    internal required Func<bool> Sent { get; init; }

    /// <summary>Is told of every change of an interrupt line.</summary>
    internal required Action<int, bool> LineChanged { get; init; }

    /// <summary>Reads memory or a port.</summary>
    internal abstract ulong Read(int size, bool port);

    /// <summary>Writes memory or a port.</summary>
    internal abstract void Write(int size, bool port);

    /// <summary>Asks for interrupt lines.</summary>
    internal abstract void Watch();

    /// <summary>Returns when all that was written has been done.</summary>
    internal abstract void Flush();

    /// <summary>Bytes come.</summary>
    internal abstract void Hear(ReadOnlySpan<byte> bytes);

    /// <summary>The other side closes.</summary>
    internal abstract void End();

    public abstract void Dispose();

    /// <summary>The platform's own client.</summary>
    internal static QtestUnderTest Open(Func<bool> sent, Action<int, bool> lineChanged) => new Ours { Sent = sent, LineChanged = lineChanged };

    private sealed class Ours : QtestUnderTest
    {
        private readonly QtestClient _client;
        private bool _over;

        public Ours() => _client = new QtestClient(new MemoryWire(this), TimeSpan.Zero, trace: null) { LineChanged = (line, high) => LineChanged!(line, high) };

        internal override ulong Read(int size, bool port) => port ? _client.In(0xCFC, Math.Min(size, 4)) : _client.Read(0xE000_0000, size);

        internal override void Write(int size, bool port)
        {
            if (port) _client.Out(0xCF8, Math.Min(size, 4), 0x8000_0000);
            else _client.Write(0xE000_0000, size, 0x1234_5678_9ABC_DEF0);
        }

        internal override void Watch() => _client.WatchLines("ioapic");

        internal override void Flush() => _client.Flush();

        internal override void Hear(ReadOnlySpan<byte> bytes)
        {
            while (!bytes.IsEmpty && !_over)
            {
                Span<byte> room = _client.Room();
                int count = Math.Min(room.Length, bytes.Length);
                bytes[..count].CopyTo(room);
                _over = !_client.Hear(count);
                bytes = bytes[count..];
            }
        }

        internal override void End()
        {
            _over = true;
            _client.Lose("QEMU closed the connection.");
        }

        public override void Dispose() => _client.Dispose();
    }

    private sealed class MemoryWire(QtestUnderTest owner) : QtestWire
    {
        internal override WireResult Send(ReadOnlySpan<byte> command) => owner.Sent() ? WireResult.Sent : WireResult.Closed;

        internal override int Receive(Span<byte> room) => 0;

        public override void Dispose()
        {
        }
    }
}
