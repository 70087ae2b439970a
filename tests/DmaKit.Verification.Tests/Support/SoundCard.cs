namespace DmaKit.Verification.Tests;

/// <summary>The driver of a card that goes round a ring, and of which only what can go wrong is there.</summary>
internal sealed class SoundCard : ICyclicDevice
{
    public Action Stopping { get; init; } = () => { };

    public Action Polling { get; init; } = () => { };

    public CyclicTransfer Ring(RuleBench bench, DmaDirection direction = DmaDirection.ToDevice, TimeSpan poll = default) =>
        CyclicTransfer.Create(bench.Dma, this, new CyclicTransferOptions { Name = "sound ring", Direction = direction, PollInterval = poll });

    public void Start(CyclicTransfer transfer)
    {
    }

    public void Stop(CyclicTransfer transfer) => Stopping();

    public void Poll(CyclicTransfer transfer) => Polling();
}
