using System.Text;
using DmaKit.Testing;

namespace DmaKit.Cli;

/// <summary>
/// <c>fuzz qtest</c>: the client of QEMU's test protocol, with an input in QEMU's place. It must read what a second reading of the conversation finds, or lose the
/// device with one clear error that it repeats; it may not wait for what does not come.
/// </summary>
/// <remarks>
/// An input is text: what QEMU says, as it stands. <c>&gt;</c> to the end of its line is a command that the client sends next; what follows is said when it is on its way.
/// <c>|</c> ends a piece of what is received, <c>*</c> says 16 KiB of digits, <c>!</c> closes the connection, <c>~</c> has it take no more commands.
/// </remarks>
/// <param name="open">Opens the client that is under test; null for the platform's.</param>
internal sealed class QtestTarget(Func<Func<bool>, Action<int, bool>, QtestUnderTest>? open = null) : FuzzTarget
{
    private readonly Func<Func<bool>, Action<int, bool>, QtestUnderTest> _open = open ?? QtestUnderTest.Open;
    private readonly ReferenceConversation _reference = new();
    private readonly List<int> _lines = [];
    private readonly byte[] _digits = [.. Enumerable.Repeat((byte)'0', 16 * 1024)];
    private QtestUnderTest? _client;
    private ReadOnlyMemory<byte> _input;
    private int _at;
    private bool _deaf;

    public override string Name => "qtest";

    public override IReadOnlyList<byte[]> Corpus { get; } = [.. FuzzCorpus.Of("qtest").Select(sample => sample.Bytes)];

    public override IReadOnlyList<byte[]> Words { get; } =
    [
        .. new[]
        {
            "OK\n", "OK 0x", "OK 0x0000000000000000\n", "OK 0xffffffffffffffff\n", "OK 0x10000000000000000\n", "OK 0x100\n", "OK little\n", "OK big\n", "FAIL Unknown command\n", "ERR\n", "IRQ raise 22\n",
            "IRQ lower 22\n", "IRQ raise 256\n", "IRQ raise 4294967318\n", "IRQ raise -1\n", "IRQ ", "\r\n", "\n", "\r", "|", "*", "!", "~", "\0", ">readb\n", ">readw\n", ">readl\n", ">readq\n", ">writel\n",
            ">inl\n", ">outl\n", ">flush\n", ">irq\n",
        }.Select(Encoding.ASCII.GetBytes),
    ];

    /// <summary>The longest line, twice over while its room grows, and two errors.</summary>
    public override long AllowedAllocation(int length) => 320 * 1024 + 64L * length;

    /// <summary>Each byte may come alone, and each 16 KiB of digits in as many pieces as the client's room has.</summary>
    public override long AllowedSteps(int length) => 64 + 16L * length;

    public override void Map(ReadOnlySpan<byte> sample, FuzzMap map)
    {
        for (int i = 1; i < sample.Length; i++)
            if (sample[i - 1] == '\n') map.Piece(i);
    }

    public override FuzzOutcome Run(ReadOnlyMemory<byte> input)
    {
        (_input, _at, _deaf) = (input, 0, false);
        _reference.Begin();
        _lines.Clear();
        using QtestUnderTest client = _open(Answered, (line, high) =>
        {
            Step();
            _lines.Add(line * 2 + (high ? 1 : 0));
        });
        _client = client;
        string? lost = null;
        Say();
        while (lost is null && NextCommand(out ReadOnlySpan<byte> command))
        {
            Step();
            lost = Do(command);
        }

        if (!_lines.SequenceEqual(_reference.Lines)) throw new FuzzFailureException($"{_lines.Count} changes of interrupt lines, or others than the {_reference.Lines.Count} that were said");
        if (lost is null && _reference.IsLost) lost = Told(Lost(client.Flush), expected: true);
        if (lost is null) return FuzzOutcome.Accepted;
        string? again = Lost(() => client.Read(4, port: false));
        if (again != lost) throw new FuzzFailureException($"the device was lost, and then it answers or is lost for another reason: {again ?? "it answers"}");
        return FuzzOutcome.Refused;
    }

    /// <summary>One command of the client's.</summary>
    /// <returns>Why the device is lost; null while it is not.</returns>
    private string? Do(ReadOnlySpan<byte> command)
    {
        int size = command.IsEmpty ? 4 : command[^1] switch
        {
            (byte)'b' => 1,
            (byte)'w' => 2,
            (byte)'q' => 8,
            _ => 4,
        };
        bool wasLost = _reference.IsLost;
        switch (command.IsEmpty ? 'f' : (char)command[0])
        {
            case 'r':
                return Ask(wasLost, size, port: false);
            case 'i' when !command.StartsWith("irq"u8):
                return Ask(wasLost, Math.Min(size, 4), port: true);
            case 'i':
                if (!wasLost) _reference.Send(0);
                return Told(Lost(_client!.Watch), wasLost || _reference.IsLost || !_reference.IsQuiet);
            case 'w' or 'o':
                bool port = command[0] == 'o', deaf = _deaf;
                if (!wasLost) _reference.Send(0);
                return Told(Lost(() => _client!.Write(size, port)), wasLost || deaf);
            default:
                Say();
                return Told(Lost(_client!.Flush), _reference.IsLost || !_reference.IsQuiet);
        }
    }

    private string? Ask(bool wasLost, int size, bool port)
    {
        if (!wasLost) _reference.Send(size);
        ulong value = 0;
        string? lost = Lost(() => value = _client!.Read(size, port));

        // What is not there yet when the client looks does not come any more.
        lost = Told(lost, wasLost || !_reference.IsQuiet);
        if (lost is null && value != _reference.Value) throw new FuzzFailureException($"0x{value:x} was read, and 0x{_reference.Value:x} was said");
        return lost;
    }

    private static string? Told(string? lost, bool expected)
    {
        if (expected == lost is not null) return lost;
        throw new FuzzFailureException(lost is null ? "a command succeeded that had no answer, or none that makes sense" : $"the device is lost, and everything that was said makes sense: {lost}");
    }

    private static string? Lost(Action command)
    {
        try
        {
            command();
            return null;
        }
        catch (DeviceLostException e)
        {
            ClearError.Check(e);
            return e.Message;
        }
    }

    /// <summary>The client has sent a command: what is said next comes at once.</summary>
    private bool Answered()
    {
        if (_deaf)
        {
            _reference.Lose();
            return false;
        }

        Say();
        return true;
    }

    /// <summary>Says everything up to the next command.</summary>
    private void Say()
    {
        ReadOnlySpan<byte> rest = _input.Span[_at..];
        int end = rest.IndexOf((byte)'>');
        ReadOnlySpan<byte> said = end < 0 ? rest : rest[..end];
        _at += said.Length;
        while (!said.IsEmpty)
        {
            int stop = said.IndexOfAny("|*!~"u8);
            ReadOnlySpan<byte> piece = stop < 0 ? said : said[..stop];
            Hear(piece);
            if (stop < 0) return;
            switch (said[stop])
            {
                case (byte)'*':
                    Hear(_digits);
                    break;
                case (byte)'!':
                    _reference.Lose();
                    _client!.End();
                    break;
                case (byte)'~':
                    _deaf = true;
                    break;
            }

            said = said[(stop + 1)..];
        }
    }

    private void Hear(ReadOnlySpan<byte> piece)
    {
        Step(1 + piece.Length / 4096);
        foreach (byte value in piece) _reference.Hear(value);
        _client!.Hear(piece);
    }

    private bool NextCommand(out ReadOnlySpan<byte> command)
    {
        command = _input.Span[_at..];
        if (command.IsEmpty) return false;
        int end = command.IndexOf((byte)'\n');
        _at += end < 0 ? command.Length : end + 1;
        command = (end < 0 ? command : command[..end])[1..];
        return true;
    }
}
