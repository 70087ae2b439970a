namespace DmaKit.Emulation;

/// <summary>Where two completions wait, the second comes first.</summary>
internal sealed class ReorderedTags : DeviceFault
{
    private ulong? _kept;

    public override bool Answers(int bar, long offset, int size, out ulong answer)
    {
        answer = _kept ?? 0;
        if (_kept is null || !IsTagRegister(bar, offset)) return false;
        _kept = null;
        return true;
    }

    public override ulong Read(int bar, long offset, int size, ulong value)
    {
        if (!IsTagRegister(bar, offset) || value == Device.Target.NoTag || !Strikes()) return value;
        ulong next = Device.AskModel(bar, offset, size);
        if (next == Device.Target.NoTag) return value;
        _kept = value;
        return next;
    }

    public override void WorkCancelled() => _kept = null;
}
