using DmaKit.Platforms;

namespace DmaKit;

/// <summary>
/// A packet that its holder may edit and post: a handle. From posting on it is the device's, and the handle is good for nothing.
/// </summary>
/// <typeparam name="TPacket">The packet's layout, as the device reads it.</typeparam>
/// <typeparam name="TReply">What the driver makes of the device's answer.</typeparam>
/// <remarks>One holder at a time. Every use checks that the packet is still the holder's.</remarks>
public readonly struct Command<TPacket, TReply> : IDisposable
    where TPacket : unmanaged
    where TReply : unmanaged
{
    private readonly CommandSlot<TPacket, TReply>? _slot;
    private readonly long _version;

    internal Command(CommandSlot<TPacket, TReply> slot, long version)
    {
        _slot = slot;
        _version = version;
    }

    /// <summary>What the device is to give back: write it into the packet.</summary>
    /// <exception cref="DmaMisuseException">The packet is no longer the holder's.</exception>
    public CommandTag Tag => Held().Tag;

    /// <summary>Where the packet is to the device.</summary>
    /// <exception cref="DmaMisuseException">The packet is no longer the holder's.</exception>
    public LogicalAddress LogicalAddress => Held().LogicalAddress;

    /// <summary>The packet, as a value.</summary>
    /// <exception cref="DmaMisuseException">The packet is no longer the holder's.</exception>
    public TPacket Packet
    {
        get => Held().ReadPacket();
        set => Held().WritePacket(value);
    }

    /// <summary>The trailing bytes. The span must not be used after posting.</summary>
    /// <exception cref="DmaMisuseException">The packet is no longer the holder's.</exception>
    public Span<byte> Trailing => Held().Trailing;

    /// <summary>Where the trailing bytes are to the device.</summary>
    /// <exception cref="DmaMisuseException">The packet is no longer the holder's.</exception>
    public LogicalAddress TrailingAddress => Held().TrailingAddress;

    /// <summary>Posts the packet by writing bits 31 to 0 of its address into a register, and waits until the command has ended.</summary>
    /// <param name="mapping">Its data, or default for none. It ends together with the command.</param>
    /// <param name="registers">The window of the register.</param>
    /// <param name="offset">The register that takes a packet's address.</param>
    /// <param name="timeout">How long the device may take, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    /// <param name="cancellationToken">Gives up; what the device may still touch stays out of reach all the same.</param>
    /// <returns>How it ended. With data mapped where it lies, not before the device is done with it.</returns>
    /// <exception cref="DmaMisuseException">The packet is no longer the holder's.</exception>
    public ValueTask<CommandOutcome<TReply>> PostAsync(
        DmaMapping mapping, RegisterWindow registers, long offset, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(registers);
        return Unposted().PostAsync(_version, mapping, registers, offset, null, timeout, cancellationToken);
    }

    /// <summary>Posts the packet by a doorbell of the driver's own, and waits until the command has ended.</summary>
    /// <param name="mapping">Its data, or default for none. It ends together with the command.</param>
    /// <param name="doorbell">Tells the device.</param>
    /// <param name="timeout">How long the device may take, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    /// <param name="cancellationToken">Gives up; what the device may still touch stays out of reach all the same.</param>
    /// <inheritdoc cref="PostAsync(DmaMapping, RegisterWindow, long, TimeSpan, CancellationToken)"/>
    public ValueTask<CommandOutcome<TReply>> PostAsync(
        DmaMapping mapping, ICommandDoorbell doorbell, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(doorbell);
        return Unposted().PostAsync(_version, mapping, null, 0, doorbell, timeout, cancellationToken);
    }

    /// <summary>Gives a packet back that was not posted; does nothing for one that was.</summary>
    public void Dispose() => _slot?.ReturnUnposted(_version);

    private CommandSlot<TPacket, TReply> Held() => _slot is not null && _slot.IsPrepared(_version)
        ? _slot
        : throw Touched();

    private CommandSlot<TPacket, TReply> Unposted() => _slot is null
        ? throw Touched()
        : _slot.IsPrepared(_version) ? _slot : throw _slot.PostedTwice();

    private DmaMisuseException Touched()
    {
        const string rule = "packet-touched-while-not-held";
        const string message =
            "The command packet is not this holder's any more: it was posted, returned, or never rented. Between post and completion it belongs to the device; rent another one.";
        return _slot?.Refuse(rule, message) ?? new DmaMisuseException(message) { Rule = rule };
    }
}
