namespace DmaKit.Emulation;

/// <summary>Something that waits for its turn.</summary>
/// <param name="Work">An <see cref="Action"/>, an <see cref="IThreadPoolWorkItem"/> or a <see cref="SteppedTimer"/>.</param>
/// <param name="Host">Whose device's turn it needs; null for none.</param>
/// <param name="Epoch">The host's epoch when it was asked for: a later one means that it was cancelled.</param>
internal readonly record struct WorkItem(object Work, DeviceHost? Host = null, int Epoch = 0)
{
    internal void Run()
    {
        switch (Work)
        {
            case Action action when Host is not null: Host.RunTurn(action, Epoch); break;
            case Action action: action(); break;
            case SteppedTimer timer: timer.Fire(); break;
            default: ((IThreadPoolWorkItem)Work).Execute(); break;
        }
    }
}
