using System.Globalization;
using System.Text;

namespace DmaKit.Cli.Tests;

/// <summary>The known-buggy twin of the client of QEMU's test protocol: right where QEMU is, with one defect.</summary>
internal sealed class TrustingClient(ClientDefect defect) : QtestUnderTest
{
    private readonly Queue<int> _waiting = new();
    private string _half = "";
    private string? _lost;
    private ulong _value;

    internal override ulong Read(int size, bool port)
    {
        Send(size);
        if (_waiting.Count > 0) Lose("no answer");
        return _lost is null || _waiting.Count == 0 ? _value : throw new DeviceLostException(_lost);
    }

    internal override void Write(int size, bool port) => Send(0);

    internal override void Watch()
    {
        Send(0);
        Flush();
    }

    internal override void Flush()
    {
        if (_lost is null && _waiting.Count > 0) Lose("no answer");
        if (_lost is not null) throw new DeviceLostException(_lost);
    }

    internal override void Hear(ReadOnlySpan<byte> bytes)
    {
        if (_lost is not null) return;
        string text = _half + Encoding.Latin1.GetString(bytes);
        int end = defect == ClientDefect.CutsHalfLines ? text.Length : text.LastIndexOf('\n') + 1;
        _half = text[end..];
        foreach (string line in text[..end].Split('\n', StringSplitOptions.RemoveEmptyEntries))
            if (_lost is null && !Take(line.TrimEnd('\r'))) Lose("nonsense");
        if (_half.Length >= 64 * 1024) Lose("a line without an end");
    }

    internal override void End() => Lose("closed");

    public override void Dispose()
    {
    }

    private void Send(int size)
    {
        if (_lost is not null) throw new DeviceLostException(_lost);
        _waiting.Enqueue(size);
        if (Sent()) return;
        Lose("closed");
        throw new DeviceLostException(_lost!);
    }

    private void Lose(string why) => _lost ??= why;

    private bool Take(string line)
    {
        if (line.StartsWith("IRQ ", StringComparison.Ordinal) && defect != ClientDefect.TakesInterruptsForAnswers) return TakeInterrupt(line);
        if (!line.StartsWith("OK", StringComparison.Ordinal) && defect != ClientDefect.TakesInterruptsForAnswers) return false;
        if (!_waiting.TryDequeue(out int size)) return false;
        string number = line.Length > 5 ? line[5..] : "";
        if (defect == ClientDefect.LetsExceptionsOut && number.Length > 0) _value = ulong.Parse(number, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        else if (!ulong.TryParse(number, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out _value) && size > 0) return false;
        return size is 0 or 8 || _value >> (8 * size) == 0;
    }

    private bool TakeInterrupt(string line)
    {
        string[] words = line.Split(' ');
        if (words.Length != 3 || words[1] is not ("raise" or "lower") || !byte.TryParse(words[2], NumberStyles.None, CultureInfo.InvariantCulture, out byte number)) return false;
        LineChanged(number, words[1] == "raise");
        return true;
    }
}
