namespace DmaKit.Devices;

/// <summary>A device at register level. It sees the world only through its <see cref="DevicePort"/>.</summary>
/// <remarks>Not safe from several threads: the host gives it turns. <see cref="Counters"/> may be read from any thread.</remarks>
public abstract class DeviceModel : IDisposable
{
    private DevicePort? _port;

    /// <summary>What its configuration space says of it.</summary>
    public abstract DeviceIdentity Identity { get; }

    /// <summary>What it counted of its own work since it was made.</summary>
    public abstract DeviceCounters Counters { get; }

    /// <summary>The way to the world.</summary>
    /// <exception cref="InvalidOperationException">The model has no host yet.</exception>
    protected DevicePort Port => _port ?? throw new InvalidOperationException($"{Identity.Description} has no host yet: call Attach first.");

    /// <summary>Called once by the host.</summary>
    /// <param name="port">The way to the world.</param>
    /// <exception cref="InvalidOperationException">The model has a host already.</exception>
    public void Attach(DevicePort port)
    {
        ArgumentNullException.ThrowIfNull(port);
        if (_port is not null) throw new InvalidOperationException($"{Identity.Description} has a host already.");
        _port = port;
        Reset();
    }

    /// <summary>A register is read.</summary>
    /// <param name="bar">The number of the base address register.</param>
    /// <param name="offset">Bytes from its start, a multiple of <paramref name="size"/>.</param>
    /// <param name="size">1, 2, 4 or 8 bytes.</param>
    /// <returns>The value in the low bytes; all ones where the device does not answer.</returns>
    public abstract ulong Read(int bar, long offset, int size);

    /// <summary>A register is written.</summary>
    /// <param name="bar">The number of the base address register.</param>
    /// <param name="offset">Bytes from its start, a multiple of <paramref name="size"/>.</param>
    /// <param name="size">1, 2, 4 or 8 bytes.</param>
    /// <param name="value">The value in the low bytes.</param>
    public abstract void Write(int bar, long offset, int size, ulong value);

    /// <summary>Back to the state after power-on. Afterwards the device touches no memory and raises no interrupt until it is told to.</summary>
    public abstract void Reset();

    /// <summary>Closes what the model has open, such as disk images.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Closes what the model has open.</summary>
    /// <param name="disposing">Always true.</param>
    protected virtual void Dispose(bool disposing)
    {
    }
}
