using System.Text;
using System.Text.Unicode;

namespace DmaKit.Qemu;

/// <summary>
/// The conversation with QEMU: one line a command, one line a reply, in order; interrupt lines may come in between at any time.
/// </summary>
/// <remarks>
/// Safe from any thread. Writes are posted: they are sent at once and nobody waits for their replies, so that a read, which
/// comes after them, or <see cref="Flush"/> proves that they were done. No garbage once it runs.
/// </remarks>
internal sealed class QtestClient : IDisposable
{
    private const int LongestCommand = 512;
    private readonly QtestWire _wire;
    private readonly ReplyLines _lines = new();
    private readonly TimeSpan _limit;
    private readonly Action<string>? _trace;
    private readonly Lock _sending = new();
    private readonly byte[] _command = new byte[LongestCommand];
    private readonly ManualResetEventSlim _told = new();

    // What follows is guarded by _replies.
    private readonly Lock _replies = new();
    private readonly Queue<Answer> _waiting = new();
    private long _sent;
    private long _answered;
    private string? _lost;

    /// <summary>Takes a connection over; <see cref="Start"/> begins to read from it.</summary>
    /// <param name="wire">The connection; owned from here on.</param>
    /// <param name="limit">How long a reply may take.</param>
    /// <param name="trace">Is told every line, or null.</param>
    internal QtestClient(QtestWire wire, TimeSpan limit, Action<string>? trace)
    {
        _wire = wire;
        _limit = limit;
        _trace = trace;
    }

    /// <summary>Told of every change of an interrupt line, on the thread that reads replies.</summary>
    internal Action<int, bool>? LineChanged { get; set; }

    /// <summary>
    /// Asked once, when there is no conversation any more, on the thread that found out: makes of what was found there the text that
    /// everybody who waits, or asks later, is told. It may not use the client.
    /// </summary>
    internal Func<string, string>? Explain { get; set; }

    /// <summary>Called once after that.</summary>
    internal Action? Gone { get; set; }

    /// <summary>Starts the thread that reads replies.</summary>
    internal void Start()
    {
        var reader = new Thread(Read) { IsBackground = true, Name = "dmakit qtest replies" };
        reader.UnsafeStart();
    }

    /// <summary>Writes to the machine's physical address space, by one access.</summary>
    internal void Write(ulong address, int size, ulong value)
    {
        lock (_sending)
        {
            Utf8.TryWrite(_command, $"write{Letter(size)} 0x{address:x} 0x{value:x}\n", out int length);
            Send(length, null);
        }
    }

    /// <summary>Reads from the machine's physical address space, by one access.</summary>
    internal ulong Read(ulong address, int size)
    {
        Answer answer = Answer.Mine;
        lock (_sending)
        {
            Utf8.TryWrite(_command, $"read{Letter(size)} 0x{address:x}\n", out int length);
            Send(length, answer, size);
        }

        return Await(answer);
    }

    /// <summary>Writes to an I/O port, by one access of at most 4 bytes.</summary>
    internal void Out(ushort port, int size, uint value)
    {
        lock (_sending)
        {
            Utf8.TryWrite(_command, $"out{Letter(size)} 0x{port:x} 0x{value:x}\n", out int length);
            Send(length, null);
        }
    }

    /// <summary>Reads from an I/O port, by one access of at most 4 bytes.</summary>
    internal uint In(ushort port, int size)
    {
        Answer answer = Answer.Mine;
        lock (_sending)
        {
            Utf8.TryWrite(_command, $"in{Letter(size)} 0x{port:x}\n", out int length);
            Send(length, answer, size);
        }

        return (uint)Await(answer);
    }

    /// <summary>Asks for interrupt lines to be told, those that go into an interrupt controller.</summary>
    /// <param name="controller">Its name among QEMU's objects.</param>
    internal void WatchLines(string controller)
    {
        lock (_sending)
        {
            Utf8.TryWrite(_command, $"irq_intercept_in {controller}\n", out int length);
            Send(length, null);
        }

        Flush();
    }

    /// <summary>Returns when everything that was written before has been done.</summary>
    internal void Flush()
    {
        Answer answer = Answer.Mine;
        ThrowIfLost();
        lock (_replies)
        {
            if (_lost is null && _answered == _sent) return;
            answer.Begin(_sent, size: 0);
            if (_lost is null) _waiting.Enqueue(answer);
            else answer.Complete();
        }

        Await(answer);
    }

    /// <summary>Says that there is no conversation any more; everybody who waits is told.</summary>
    /// <param name="why">What was found.</param>
    internal void Lose(string why)
    {
        lock (_replies)
        {
            if (_lost is not null) return;
            _lost = why;
        }

        string told = Explain?.Invoke(why) ?? why;
        lock (_replies)
        {
            _lost = told;
            foreach (Answer answer in _waiting) answer.Complete();
            _waiting.Clear();
        }

        _told.Set();
        Gone?.Invoke();
    }

    public void Dispose()
    {
        // The event stays: somebody may still be asking what happened.
        _wire.Dispose();
    }

    private static char Letter(int size) => size switch
    {
        1 => 'b',
        2 => 'w',
        4 => 'l',
        _ => 'q',
    };

    /// <summary>Sends what is in the command buffer. Called under the lock of senders.</summary>
    private void Send(int length, Answer? answer, int size = 0)
    {
        ThrowIfLost();
        lock (_replies)
        {
            // What is lost from here on is found by the sending itself.
            _sent++;
            if (answer is not null)
            {
                answer.Begin(_sent, size);
                _waiting.Enqueue(answer);
            }
        }

        ReadOnlySpan<byte> command = _command.AsSpan(0, length);
        _trace?.Invoke($"> {Encoding.UTF8.GetString(command[..^1])}");
        string? refused = _wire.Send(command) switch
        {
            WireResult.TimedOut => $"QEMU has taken no command for {_limit.TotalSeconds:0} s.",

            // The reader meets the end of the connection too, and knows more of why; here only the wait must not be for ever.
            WireResult.Closed => "The connection to QEMU is closed.",
            _ => null,
        };
        if (refused is null) return;
        Lose(refused);
        ThrowIfLost();
    }

    private ulong Await(Answer answer)
    {
        if (!answer.Wait(_limit)) Lose($"QEMU has not answered for {_limit.TotalSeconds:0} s.");
        bool answered;
        lock (_replies) answered = answer.Sequence <= _answered;
        if (!answered) ThrowIfLost();
        return answer.Value;
    }

    private void ThrowIfLost()
    {
        if (_lost is null) return;

        // Until QEMU's own words are in.
        _told.Wait();
        throw new DeviceLostException(_lost);
    }

    private void Read()
    {
        while (_wire.Receive(_lines.Room()) is > 0 and int came)
            if (!Hear(came)) return;
        Lose("QEMU closed the connection.");
    }

    /// <summary>Takes what came into the room behind the last line. For who reads the wire: one thread.</summary>
    /// <returns>False when it made no sense, and the conversation is over.</returns>
    internal bool Hear(int came)
    {
        _lines.Came(came);
        while (_lines.TryTake(out ReadOnlySpan<byte> line))
        {
            _trace?.Invoke($"< {Encoding.UTF8.GetString(line)}");
            if (Take(Reply.Parse(line))) continue;
            Lose($"QEMU answered what makes no sense: '{ReplyText.Show(line)}'.");
            return false;
        }

        if (!_lines.IsFull) return true;
        Lose("QEMU sent a line without an end.");
        return false;
    }

    /// <summary>Where the next bytes from the wire go.</summary>
    internal Span<byte> Room() => _lines.Room();

    private bool Take(Reply reply)
    {
        if (reply.Kind is ReplyKind.Raise or ReplyKind.Lower)
        {
            LineChanged?.Invoke((int)reply.Value, reply.Kind == ReplyKind.Raise);
            return true;
        }

        if (reply.Kind is ReplyKind.Refused or ReplyKind.Nonsense) return false;
        lock (_replies)
        {
            if (_answered == _sent) return false;
            _answered++;
            while (_waiting.TryPeek(out Answer? answer) && answer.Sequence <= _answered)
            {
                // No value where one was asked for, or one of more bits than the access has: the conversation is out of step.
                if (answer.Sequence == _answered && !answer.Fits(reply))
                {
                    _answered--;
                    return false;
                }

                answer.Value = reply.Value;
                _waiting.Dequeue();
                answer.Complete();
            }

            return true;
        }
    }
}
