using System.Net.Sockets;
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
    private const int LongestReply = 64 * 1024;

    private readonly Socket _socket;
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
    /// <param name="socket">The connection; owned from here on.</param>
    /// <param name="limit">How long a reply may take.</param>
    /// <param name="trace">Is told every line, or null.</param>
    internal QtestClient(Socket socket, TimeSpan limit, Action<string>? trace)
    {
        _socket = socket;
        _limit = limit;
        _trace = trace;
        _socket.SendTimeout = (int)Math.Min(int.MaxValue, limit.TotalMilliseconds);
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
            Send(length, answer);
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
            Send(length, answer);
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
            answer.Begin(_sent, wantsValue: false);
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
        _socket.Dispose();
    }

    private static char Letter(int size) => size switch
    {
        1 => 'b',
        2 => 'w',
        4 => 'l',
        _ => 'q',
    };

    /// <summary>Sends what is in the command buffer. Called under the lock of senders.</summary>
    private void Send(int length, Answer? answer)
    {
        ThrowIfLost();
        lock (_replies)
        {
            // What is lost from here on is found by the sending itself.
            _sent++;
            if (answer is not null)
            {
                answer.Begin(_sent, wantsValue: true);
                _waiting.Enqueue(answer);
            }
        }

        ReadOnlySpan<byte> left = _command.AsSpan(0, length);
        _trace?.Invoke($"> {Encoding.UTF8.GetString(left[..^1])}");
        try
        {
            while (left.Length > 0) left = left[_socket.Send(left)..];
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The reader meets the end of the connection too, and knows more of why; here only the wait must not be for ever.
            if (e is SocketException { SocketErrorCode: SocketError.TimedOut or SocketError.WouldBlock })
                Lose($"QEMU has taken no command for {_limit.TotalSeconds:0} s.");
            else Lose("The connection to QEMU is closed.");
            ThrowIfLost();
        }
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
        byte[] buffer = new byte[LongestReply];
        int have = 0;
        try
        {
            while (_socket.Receive(buffer.AsSpan(have)) is > 0 and int came)
            {
                have += came;
                int taken = TakeLines(buffer.AsSpan(0, have));
                if (taken < 0) return;
                buffer.AsSpan(taken, have - taken).CopyTo(buffer);
                have -= taken;
                if (have == buffer.Length)
                {
                    Lose("QEMU sent a line without an end.");
                    return;
                }
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The end of the connection, as below.
        }

        Lose("QEMU closed the connection.");
    }

    /// <summary>Takes whole lines.</summary>
    /// <returns>How many bytes were taken; -1 when one made no sense.</returns>
    private int TakeLines(ReadOnlySpan<byte> bytes)
    {
        int taken = 0;
        while (bytes[taken..].IndexOf((byte)'\n') is >= 0 and int length)
        {
            ReadOnlySpan<byte> line = bytes.Slice(taken, length).TrimEnd((byte)'\r');
            _trace?.Invoke($"< {Encoding.UTF8.GetString(line)}");
            if (!Take(Reply.Parse(line)))
            {
                Lose($"QEMU answered what makes no sense: '{Encoding.UTF8.GetString(line)}'.");
                return -1;
            }

            taken += length + 1;
        }

        return taken;
    }

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
                // A value where none was asked for, or none where one was: the conversation is out of step.
                if (answer.Sequence == _answered && answer.WantsValue && reply.Kind != ReplyKind.Value)
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
