namespace DmaKit.Emulation;

/// <summary>The tag that was given back is given back once more: at once, or up to 15 completions later, when its packet may be in use again.</summary>
internal sealed class DoubleTag : DeviceFault
{
    private readonly List<(int Left, ulong Tag)> _again = [];

    public override bool Answers(int bar, long offset, int size, out ulong answer)
    {
        answer = 0;
        if (!IsTagRegister(bar, offset)) return false;
        int due = _again.FindIndex(a => a.Left <= 0);
        if (due < 0) return false;
        answer = _again[due].Tag;
        _again.RemoveAt(due);
        return true;
    }

    public override ulong Read(int bar, long offset, int size, ulong value)
    {
        if (!IsTagRegister(bar, offset) || value == Device.Target.NoTag) return value;
        for (int i = 0; i < _again.Count; i++) _again[i] = (_again[i].Left - 1, _again[i].Tag);
        if (Strikes()) _again.Add((Random.Next(16), value));
        return value;
    }
}
