using DmaKit.Native;
using DmaKit.Platforms;

namespace DmaKit.Qemu;

/// <summary>
/// QEMU's device models, run by a QEMU that has no guest: its processor halts at once, and this process is firmware and program. Drivers run on it as on
/// any other platform.
/// </summary>
/// <remarks>
/// Safe from any thread. Needs Linux and a stock <c>qemu-system-x86_64</c>; neither root nor KVM. QEMU ends with this process, however that ends.
/// A QEMU that dies, or answers nonsense, is a lost device: <see cref="DeviceLostException"/> with QEMU's own words. Memory that was handed out may
/// be accessed until the platform is closed, and not after.
/// </remarks>
public sealed class QemuPlatform : DmaPlatform
{
    // What a PC keeps below 1 MiB is not all memory.
    private const long FirstFrame = 0x100;

    private readonly Lock _gate = new();
    private readonly QemuProcess _process;
    private readonly QtestClient _client;
    private readonly MachineMemory _memory;
    private readonly SystemMemory _buffers;
    private readonly IommuCounters _counters = new();
    private readonly InterruptPump _pump;
    private readonly ConfigAccess _config;
    private readonly VtdUnit? _vtd;
    private readonly DmaDomain? _shared;
    private readonly List<QemuSlot> _slots = [];
    private bool _lost;
    private int _closed;

    private QemuPlatform(QemuPlatformOptions options, QemuProcess process, QtestClient client, MachineMemory memory)
    {
        Options = options;
        _process = process;
        _client = client;
        _memory = memory;
        _buffers = new SystemMemory(memory, options.SystemBuffersAbove4G);
        _pump = new InterruptPump(client, Clock, Misuse, options.Iommu ? ReportFaults : null);
        client.LineChanged = _pump.LineChanged;
        client.Gone = NoteGone;
        _config = new ConfigAccess(client);
        _slots.AddRange(BusScan.Run(_config));
        if (options.Iommu) _vtd = new VtdUnit(client, memory);
        else _shared = new DmaDomain(this, new DirectMemory(memory, _buffers) { Registers = options.MapRegisters }, "machine");
        Functions = [.. _slots.Select(s => s.Info)];
        _pump.Start();
    }

    /// <inheritdoc/>
    public override string Name => Options.Iommu ? "qemu+vtd" : "qemu";

    /// <summary>The real clock: QEMU's devices live by it.</summary>
    public override TimeProvider Clock => TimeProvider.System;

    /// <inheritdoc/>
    public override ContinuationScheduler Continuations => ContinuationScheduler.ThreadPool;

    /// <inheritdoc/>
    public override IReadOnlyList<PciFunctionInfo> Functions { get; }

    /// <summary>What the machine is like.</summary>
    public QemuPlatformOptions Options { get; }

    /// <summary>QEMU's process id.</summary>
    public int ProcessId => _process.Id;

    /// <summary>What QEMU said on its standard streams, the last 40 lines.</summary>
    public IReadOnlyList<string> Words => _process.Words;

    /// <summary>Memory of the machine that nobody has, in bytes.</summary>
    public long FreeBytes => _memory.Frames.FreeFrames << PhysicalMemory.PageShift;

    /// <summary>How often the IOMMU was given something to translate; 0 without one.</summary>
    public long IommuMaps => _counters.Maps;

    internal bool IsLost => _lost;

    /// <summary>Starts QEMU.</summary>
    /// <param name="options">What the machine is like; null for the defaults, which have no device.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="QemuMissingException">QEMU is not installed; the exception says which command mends it.</exception>
    /// <exception cref="DeviceLostException">QEMU ended, or made no sense; the exception has its own words.</exception>
    public static async Task<QemuPlatform> StartAsync(QemuPlatformOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new QemuPlatformOptions();
        QemuProgram program = options.Program ?? QemuProgram.Find();
        (long low, long high) = options.Split();
        var file = new FileMemory(low, high);
        MachineMemory? memory = null;
        QemuConnection? connection = null;
        try
        {
            memory = new MachineMemory(file, FirstFrame, options.Fragmentation, options.Seed);
            connection = await QemuConnection.OpenAsync(program, options, file, cancellationToken).ConfigureAwait(false);
            return new QemuPlatform(options, connection.Process, connection.Client, memory);
        }
        catch
        {
            if (connection is not null) await connection.AbandonAsync().ConfigureAwait(false);
            if (memory is not null) memory.Dispose();
            else file.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public override ValueTask<PciFunction> OpenAsync(string address, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_closed != 0, this);
        cancellationToken.ThrowIfCancellationRequested();
        QemuSlot slot = _slots.Find(s => string.Equals(s.Info.Address, address, StringComparison.OrdinalIgnoreCase))
            ?? throw new DmaException($"The machine has no function {address}; it has: {(_slots.Count == 0 ? "none" : string.Join(", ", Functions.Select(f => f.Address)))}.");
        lock (slot.Gate)
        {
            if (slot.Open is not null) throw new DmaException($"Function {slot.Info} is open already; dispose it first.");
            slot.Domain ??= _shared ?? new DmaDomain(
                this, new TranslatedMemory(_memory, _buffers, _counters, _vtd!.AddSpace(slot.SourceId)) { Registers = Options.MapRegisters }, slot.Info.Address);
            return new ValueTask<PciFunction>(slot.Open = new QemuFunction(this, slot, slot.Domain, _config, _client, _pump));
        }
    }

    /// <inheritdoc/>
    public override SystemBuffer AllocateSystemBuffer(long length)
    {
        ObjectDisposedException.ThrowIf(_closed != 0, this);
        return _buffers.Allocate(length);
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        CallbackContext.Forbid("QemuPlatform.DisposeAsync", "close the machine from outside its handlers");
        if (Interlocked.Exchange(ref _closed, 1) != 0) return;
        foreach (QemuSlot slot in _slots)
            if (slot.Open is { } function) await function.DisposeAsync().ConfigureAwait(false);
        await _pump.StopAsync().ConfigureAwait(false);
        await _process.EndAsync().ConfigureAwait(false);
        _client.Dispose();
        _process.Dispose();
        Misuse.RepeatAll();
        _memory.Dispose();
    }

    /// <summary>Completes when every interrupt that devices raised so far has been delivered, and what VT-d refused has been told.</summary>
    internal ValueTask SettleAsync() => _pump.IdleAsync();

    /// <summary>QEMU is gone for certain: nothing touches memory any more.</summary>
    private void NoteGone()
    {
        lock (_gate)
        {
            if (_lost) return;
            _lost = true;
        }

        foreach (QemuSlot slot in _slots) slot.Open?.Lose();
        _pump.Wake();
    }

    /// <summary>Tells the address spaces of what VT-d refused in them.</summary>
    private void ReportFaults()
    {
        if (_lost) return;
        while (_vtd!.TryTakeFault(out ushort source, out DmaFault fault))
        {
            QemuSlot? slot = _slots.Find(s => s.SourceId == source);
            slot?.Domain?.ReportFault(fault with { Device = slot.Info.Address });
        }
    }
}
