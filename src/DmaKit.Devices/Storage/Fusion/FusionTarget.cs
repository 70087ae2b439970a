namespace DmaKit.Devices;

/// <summary>A disk behind the adapter, its commands in order, and the list of the one that runs.</summary>
internal sealed class FusionTarget(ScsiDisk disk)
{
    private FusionCommand? _last;

    public ScsiDisk Disk { get; } = disk;

    public ScatterGatherList List { get; } = new();

    /// <summary>The command that runs or runs next.</summary>
    public FusionCommand? First { get; private set; }

    public void Add(FusionCommand command)
    {
        command.Next = null;
        if (_last is null) First = command;
        else _last.Next = command;
        _last = command;
    }

    /// <summary>Takes a command out of the queue, wherever it stands.</summary>
    public void Remove(FusionCommand command)
    {
        FusionCommand? before = null;
        for (FusionCommand? at = First; at is not null; before = at, at = at.Next)
        {
            if (!ReferenceEquals(at, command)) continue;
            if (before is null) First = at.Next;
            else before.Next = at.Next;
            if (ReferenceEquals(_last, at)) _last = before;
            at.Next = null;
            return;
        }
    }

    /// <summary>The command with a context, if it is here.</summary>
    public FusionCommand? Find(uint context)
    {
        FusionCommand? at = First;
        while (at is not null && at.Context != context) at = at.Next;
        return at;
    }

    public void Clear() => First = _last = null;
}
