namespace DmaKit.Drivers;

/// <summary>One converter as a continuous transfer sees it.</summary>
internal sealed class Es1370Stream(Es1370Driver driver, Es1370Converter converter, StreamFormat format, bool interrupts) : ICyclicDevice
{
    public Es1370Converter Converter { get; } = converter;

    public StreamFormat Format { get; } = format;

    public CyclicTransfer? Transfer { get; set; }

    public void Start(CyclicTransfer transfer) => driver.StartConverter(Converter, transfer, Format, interrupts);

    public void Stop(CyclicTransfer transfer) => driver.StopConverter(Converter);

    public void Poll(CyclicTransfer transfer)
    {
        long offset = driver.ReadOffset(Converter, out long timestamp);

        // What a device says is believed only where it makes sense.
        if (offset < transfer.RingBytes) transfer.ReportOffset(offset, timestamp);
        else driver.NoteNonsense();
    }
}
