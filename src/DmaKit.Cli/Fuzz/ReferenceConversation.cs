namespace DmaKit.Cli;

/// <summary>What a conversation with QEMU must come to, for judging the client: replies answer commands in order, and interrupt lines stand between them.</summary>
internal sealed class ReferenceConversation
{
    private const int LongestLine = 64 * 1024;

    private readonly Queue<int> _unanswered = new();
    private readonly byte[] _line = new byte[LongestLine];
    private int _length;

    /// <summary>Whether it is over, because what was said made no sense.</summary>
    internal bool IsLost { get; private set; }

    /// <summary>Whether everything that was sent has been answered.</summary>
    internal bool IsQuiet => _unanswered.Count == 0;

    /// <summary>The value of the last reply.</summary>
    internal ulong Value { get; private set; }

    /// <summary>Changes of interrupt lines, the number times two plus the level.</summary>
    internal List<int> Lines { get; } = [];

    internal void Begin()
    {
        (_length, IsLost) = (0, false);
        _unanswered.Clear();
        Lines.Clear();
    }

    internal void Lose() => IsLost = true;

    /// <summary>A command is on its way.</summary>
    /// <param name="size">How many bytes its reply has; 0 for none.</param>
    internal void Send(int size) => _unanswered.Enqueue(size);

    /// <summary>A byte is said.</summary>
    internal void Hear(byte value)
    {
        if (IsLost) return;
        if (value != '\n')
        {
            _line[_length++] = value;
            IsLost = _length == LongestLine;
            return;
        }

        while (_length > 0 && _line[_length - 1] == '\r') _length--;
        IsLost = !TakeLine(_line.AsSpan(0, _length));
        _length = 0;
    }

    private bool TakeLine(ReadOnlySpan<byte> line)
    {
        if (line.Length > 10 && line[..4].SequenceEqual("IRQ "u8)) return TakeInterrupt(line[4..]);
        if (line.Length < 2 || line[0] != 'O' || line[1] != 'K') return false;
        bool plain = line.Length == 2 || line.SequenceEqual("OK little"u8);
        ulong value = 0;
        if (!plain && !TryHex(line, out value)) return false;
        if (!_unanswered.TryPeek(out int size) || (size > 0 && plain) || (size is > 0 and < 8 && value >> (8 * size) != 0)) return false;
        _unanswered.Dequeue();
        Value = value;
        return true;
    }

    private bool TakeInterrupt(ReadOnlySpan<byte> what)
    {
        bool raise = what[..6].SequenceEqual("raise "u8);
        if (!raise && !what[..6].SequenceEqual("lower "u8)) return false;
        long number = 0;
        foreach (byte digit in what[6..])
        {
            if (digit is < (byte)'0' or > (byte)'9') return false;
            number = Math.Min(number * 10 + digit - '0', 1000);
        }

        if (what.Length == 6 || number > 255) return false;
        Lines.Add((int)number * 2 + (raise ? 1 : 0));
        return true;
    }

    /// <summary>After <c>OK 0x</c>: hexadecimal digits in either case, of a number of 64 bits.</summary>
    private static bool TryHex(ReadOnlySpan<byte> line, out ulong value)
    {
        value = 0;
        if (line.Length < 6 || !line[..5].SequenceEqual("OK 0x"u8)) return false;
        foreach (byte digit in line[5..])
        {
            if (!char.IsAsciiHexDigit((char)digit) || value >> 60 != 0) return false;
            value = value << 4 | (uint)(digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10);
        }

        return true;
    }
}
