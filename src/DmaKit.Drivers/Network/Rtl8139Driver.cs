using System.Net.NetworkInformation;
using DmaKit.Platforms;

namespace DmaKit.Drivers;

/// <summary>
/// A driver for Realtek's RTL8139 network cards. It sends frames from wherever they lie, and receives from a ring that the card sweeps.
/// </summary>
/// <remarks>
/// <para>
/// Safe from any thread. Frames go out in the order of the calls. A frame is sent where it lies if it is one contiguous piece below 4 GiB at a
/// multiple of 4; else it is copied. All four descriptors of the card are kept busy.
/// </para>
/// <para>A frame that the card does not send in time makes the driver reset it; other frames are handed over again.</para>
/// </remarks>
public sealed partial class Rtl8139Driver : IAsyncDisposable, ICommandSupervisor
{
    /// <summary>The longest frame that the card sends, in bytes without checksum.</summary>
    public const int LongestSent = 1792;

    /// <summary>The longest frame that is received, in bytes without checksum.</summary>
    public const int LongestReceived = Rtl8139Receiver.LongestFrame;

    private const int RegisterLength = 256;
    private const int BlockLength = 2048;
    private static readonly TimeSpan s_resetLimit = TimeSpan.FromSeconds(1);

    private readonly PciFunction _function;
    private readonly RegisterWindow _registers;
    private readonly Rtl8139DriverOptions _options;
    private readonly Lock _gate = new();
    private readonly SendTurn _turn;
    private readonly Rtl8139Transmitter _transmitter;
    private readonly Rtl8139Receiver _receiver;
    private readonly BlockPool _blocks;
    private readonly MappingOptions _mapping;
    private readonly TaskCompletionSource _drained = new();
    private InterruptRegistration? _registration;
    private long _cardResets;
    private int _closing;

    // One for the driver itself, until it closes.
    private int _active = 1;

    private Rtl8139Driver(PciFunction function, RegisterWindow registers, Rtl8139DriverOptions options)
    {
        _function = function;
        _registers = registers;
        _options = options;
        _turn = new SendTurn(function.Platform.Continuations);

        // The card takes one piece a frame, from the first 4 GiB, at a multiple of 4. It counts as a device with scatter-gather all the same: a
        // frame that it reaches stays where it lies.
        Adapter = function.CreateAdapter(new DmaConstraints { AddressBits = 32, MaxElements = 1, ElementAlignment = 4, MaxTransferLength = LongestSent });
        try
        {
            _receiver = new Rtl8139Receiver(registers, _gate, Adapter, options);
            _blocks = BlockPool.AllocateUpTo(Adapter, BlockLength, options.SendDepth, Rtl8139Transmitter.Descriptors, new BlockPoolOptions { Name = "coalesced frames" });
            _mapping = new MappingOptions { Coalescer = new Coalescer(_blocks) };
            _transmitter = new Rtl8139Transmitter(
                registers, _gate,
                CommandPool<ShortFrame, TransmitReply>.CreateUpTo(
                    Adapter, options.SendDepth, Rtl8139Transmitter.Descriptors, new CommandPoolOptions { Name = "frames to send", Supervisor = this, DeviceOnlyReads = true }),
                options);
        }
        catch
        {
            _blocks?.Dispose();
            _receiver?.Memory.Dispose();
            throw;
        }
    }

    /// <summary>The card's view of memory.</summary>
    public DmaAdapter Adapter { get; }

    /// <summary>The card's address.</summary>
    public PhysicalAddress Address { get; private set; } = PhysicalAddress.None;

    /// <summary>The length of the receive ring in bytes: what was asked for, or what there was memory for.</summary>
    public int ReceiveRingBytes => _receiver.RingLength;

    /// <summary>How many frames can be on their way to the card at once.</summary>
    public int SendDepth => _transmitter.Pool.Capacity;

    /// <summary>How many transmit descriptors the card has now, of its four; for pictures.</summary>
    public int DescriptorsInCard => _transmitter.InCard;

    /// <summary>How many received frames wait for their reader outside of the ring; for pictures.</summary>
    public int FramesWaiting => _receiver.Queued;

    /// <summary>How many bytes of the ring waited when it was looked at last; for pictures.</summary>
    public int RingBytesWaiting => _receiver.Waiting;

    /// <summary>What was copied to make one piece of frames that lay in several, or at the wrong place, and why.</summary>
    public CoalescerStatistics Coalesced => _mapping.Coalescer!.Statistics;

    /// <summary>Whether there is a link.</summary>
    /// <exception cref="DeviceLostException">The card is gone.</exception>
    public bool LinkIsUp => (_registers.Read8(Rtl8139Register.MediaStatus) & Rtl8139Register.LinkDown) == 0;

    /// <summary>What it counted.</summary>
    public Rtl8139Statistics Statistics
    {
        get
        {
            (long sent, long sentBytes, long failures, long retries, int most) = _transmitter.Counts;
            (long received, long receivedBytes, long missed, long truncated, long resets) = _receiver.Counts;
            return new Rtl8139Statistics(sent, sentBytes, failures, retries, most, received, receivedBytes, missed, truncated, resets, Interlocked.Read(ref _cardResets));
        }
    }

    /// <summary>Resets the card and starts it.</summary>
    /// <param name="function">The open function; it stays the caller's. Its bus mastering is switched on.</param>
    /// <param name="options">What can be chosen; null for the defaults.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="DmaException">The function is no RTL8139, or does not come out of its reset.</exception>
    /// <exception cref="DmaResourceException">Not even the smallest ring can be had.</exception>
    public static async ValueTask<Rtl8139Driver> StartAsync(PciFunction function, Rtl8139DriverOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(function);
        options ??= new Rtl8139DriverOptions();
        if (function.Info is not { VendorId: 0x10EC, DeviceId: 0x8139 })
            throw new DmaException($"{function.Info} is no RTL8139, which is 10ec:8139.");
        RegisterWindow registers = function.MapRegisters(options.Bar, RegisterLength);
        function.FirstInterrupt();
        function.BusMaster = true;
        await ResetAsync(function, registers, cancellationToken).ConfigureAwait(false);
        var driver = new Rtl8139Driver(function, registers, options);
        try
        {
            driver.Begin();
            return driver;
        }
        catch
        {
            await driver.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Stops the card and gives its memory back. Frames that are not sent yet end as <see cref="TransmitStatus.Closed"/>.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _closing, 1) != 0) return;
        if (_registration is not null) await _registration.DisposeAsync().ConfigureAwait(false);
        bool quiet = await TryStopAsync().ConfigureAwait(false);

        // Those who are about to post find the driver closed, and give back what they have.
        Leave();
        if (quiet) await _drained.Task.ConfigureAwait(false);
        await _transmitter.Pool.DisposeAsync().ConfigureAwait(false);
        _blocks.Dispose();
        _receiver.Memory.Dispose();
        await Adapter.DisposeAsync().ConfigureAwait(false);
    }

    private async ValueTask<bool> TryStopAsync()
    {
        try
        {
            lock (_gate)
            {
                _receiver.Close(lost: false);
                _transmitter.Forget();
                _registers.Write16(Rtl8139Register.InterruptMask, 0);
            }

            await ResetAsync(_function, _registers, CancellationToken.None).ConfigureAwait(false);
            Adapter.DeclareQuiet();
            return true;
        }
        catch (DeviceLostException)
        {
            // Gone is quiet, too.
            return true;
        }
        catch (DmaException)
        {
            // What the card may still touch goes into quarantine.
            return false;
        }
    }

    /// <summary>The card touches no memory after it. A real one needs some microseconds.</summary>
    private static async ValueTask ResetAsync(PciFunction function, RegisterWindow registers, CancellationToken cancellationToken)
    {
        TimeProvider clock = function.Platform.Clock;
        long started = clock.GetTimestamp();
        registers.Write8(Rtl8139Register.Command, Rtl8139Register.Reset);
        while ((registers.Read8(Rtl8139Register.Command) & Rtl8139Register.Reset) != 0)
        {
            if (clock.GetElapsedTime(started) > s_resetLimit) throw new DmaException($"{function.Info.Address} does not come out of its reset within {s_resetLimit.TotalSeconds} s.");

            // Who gives up is heard at its end: a delay that is cancelled would go on in the thread pool, whatever the platform says.
            await Task.Delay(TimeSpan.FromMilliseconds(1), clock, CancellationToken.None).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private void Begin()
    {
        var address = new byte[6];
        for (int i = 0; i < address.Length; i++) address[i] = _registers.Read8(Rtl8139Register.Address + i);
        Address = new PhysicalAddress(address);
        _registration = _function.Interrupts[0].Handle(OnInterrupt);
        lock (_gate) SwitchOn();

        // The answer comes after the writes have reached the card: whoever has the driver now can have frames sent to it.
        _registers.Read16(Rtl8139Register.InterruptMask);
    }

    /// <summary>From the state after a reset to working. With the gate held.</summary>
    private void SwitchOn()
    {
        _receiver.Prepare();
        _registers.Write8(Rtl8139Register.Command, Rtl8139Register.TransmitterOn | Rtl8139Register.ReceiverOn);
        _registers.Write32(Rtl8139Register.TransmitConfig, Rtl8139Register.TransmitConfigValue);
        _receiver.Configure();
        _registers.Write16(Rtl8139Register.InterruptMask, Rtl8139Register.TransmitCauses | Rtl8139Register.ReceiveCauses);
    }

    private bool OnInterrupt(in CallbackContext context)
    {
        lock (_gate)
        {
            try
            {
                ushort causes = (ushort)(_registers.Read16(Rtl8139Register.InterruptStatus) & (Rtl8139Register.TransmitCauses | Rtl8139Register.ReceiveCauses));
                if (causes == 0) return false;

                // Acknowledged first, looked at then: what comes in between interrupts again.
                _registers.Write16(Rtl8139Register.InterruptStatus, causes);
                if ((causes & Rtl8139Register.ReceiveCauses) != 0) _receiver.Sweep(causes);
                if ((causes & Rtl8139Register.TransmitCauses) != 0 && _transmitter.Reap(causes)) ResetCard(default);
                return true;
            }
            catch (DeviceLostException)
            {
                // The platform ends every frame that is out; those who receive are told here.
                _receiver.Close(lost: true);
                return true;
            }
        }
    }

    /// <summary>A frame took too long, or its caller gave up: the card is made to let go of it.</summary>
    void ICommandSupervisor.OnOverdue(CommandTag tag, LogicalAddress packet, CommandStatus why)
    {
        lock (_gate)
        {
            try
            {
                // Perhaps the card is done with it, and only its interrupt is late. A reset would make it send again what the driver has not heard of.
                if (_transmitter.Reap(_registers.Read16(Rtl8139Register.InterruptStatus))) ResetCard(default);
                if (!_transmitter.TryWithdraw(tag, out bool inCard)) return;
                if (inCard) ResetCard(tag);
            }
            catch (DeviceLostException)
            {
                // Not even a reset helped, or the platform knows that the card is gone: nobody waits for it any more.
                _transmitter.Forget();
                Adapter.DeclareStuck();
                _receiver.Close(lost: true);
                return;
            }

            _transmitter.Pool.Complete(tag, new TransmitReply(TransmitStatus.TimedOut), 0);
        }
    }

    /// <summary>Only a reset makes the card let go of a descriptor. What has come is taken before; other frames are handed over again. With the gate held.</summary>
    private void ResetCard(CommandTag without)
    {
        Interlocked.Increment(ref _cardResets);
        _receiver.Sweep(Rtl8139Register.RingOverflow);
        _registers.Write8(Rtl8139Register.Command, Rtl8139Register.Reset);
        for (int looks = 0; (_registers.Read8(Rtl8139Register.Command) & Rtl8139Register.Reset) != 0; looks++)
            if (looks == 10_000) throw new DeviceLostException($"{_function.Info.Address} does not come out of its reset.");
        SwitchOn();
        _transmitter.Restart(without);
    }
}
