using System.Collections.Concurrent;
using DmaKit.Platforms;
using DmaKit.Vfio.Native;

namespace DmaKit.Vfio;

/// <summary>
/// PCI functions of the machine that the program runs on, through Linux VFIO and behind an IOMMU: a device reaches what was mapped for it and
/// nothing else, unless a back end without an IOMMU was asked for. Drivers run on it as on any other platform.
/// </summary>
/// <remarks>
/// Safe from any thread. Needs functions that are bound to vfio-pci, and the right to open their files or their group's; not root. Memory that was handed out
/// may be accessed until the platform is closed, and not after. A group that was opened stays this program's until then.
/// </remarks>
public sealed class VfioPlatform : DmaPlatform
{
    private readonly IMemorySource _memory;
    private readonly InterruptLoop _loop = new();
    private readonly BackEnd _backEnd;
    private readonly List<VfioSlot> _slots;
    private readonly List<VfioFunction> _closedFunctions = [];
    private readonly ConcurrentDictionary<DmaDomain, TranslatedMemory> _memories = [];
    private readonly HostBus _bus = new();
    private int _closed;

    /// <summary>Looks which functions there are; opens none.</summary>
    /// <param name="options">How the program uses them; null for the defaults.</param>
    /// <exception cref="DmaException">A function of the options is not there, or not to be had; the message says what mends it.</exception>
    public VfioPlatform(VfioPlatformOptions? options = null)
    {
        Options = options ?? new VfioPlatformOptions();
        if (!OperatingSystem.IsLinux()) throw new DmaException("VFIO is Linux's; this is another system.");
        _slots = [.. Options.Functions.Count == 0
            ? _bus.Functions().Where(f => f.Suits(Options.BackEnd)).Select(f => new VfioSlot(f))
            : Options.Functions.Select(a => new VfioSlot(Suitable(_bus.Find(a) ?? throw NoFunction(a)))).OrderBy(s => s.Info.Address, StringComparer.Ordinal)];
        Functions = [.. _slots.Select(s => s.Info)];
        BackEnd = BackEndChoice.Of(Options.BackEnd, [.. _slots.Select(s => s.Function)], "/");
        (_backEnd, _memory) = Make();
        _loop.Start();
    }

    /// <inheritdoc/>
    public override string Name => "vfio";

    /// <summary>The real clock: devices live by it.</summary>
    public override TimeProvider Clock => TimeProvider.System;

    /// <inheritdoc/>
    public override ContinuationScheduler Continuations => ContinuationScheduler.ThreadPool;

    /// <inheritdoc/>
    public override IReadOnlyList<PciFunctionInfo> Functions { get; }

    /// <summary>How the program uses the machine's devices.</summary>
    public VfioPlatformOptions Options { get; }

    /// <summary>In which of the kernel's ways functions are opened; never automatic.</summary>
    public VfioBackEnd BackEnd { get; }

    /// <summary>How often the kernel was given something to map for devices.</summary>
    public long IommuMaps => (_memory as MappedMemory)?.Maps ?? 0;

    /// <summary>
    /// How many huge pages of 2 MiB common buffers behind an IOMMU lie in now: those of 2 MiB and more take as many as are whole in them and free on the machine,
    /// see <see cref="HugePages"/>. 0 without an IOMMU, where what is said of huge pages is in the text of an error.
    /// </summary>
    public long HugePagesTaken => (_memory as MappedMemory)?.HugePages ?? 0;

    /// <inheritdoc/>
    public override ValueTask<PciFunction> OpenAsync(string address, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_closed != 0, this);
        cancellationToken.ThrowIfCancellationRequested();
        VfioSlot slot = _slots.Find(s => string.Equals(s.Info.Address, address, StringComparison.OrdinalIgnoreCase)) ?? throw NotHere(address);
        lock (slot.Gate)
        {
            if (slot.Open is not null) throw new DmaException($"Function {slot.Info} is open already; dispose it first.");
            (DeviceFile device, DmaDomain domain) = _backEnd.Open(slot.Function);
            try
            {
                slot.Remembers = domain;
                return new ValueTask<PciFunction>(slot.Open = new VfioFunction(this, slot, domain, device, _loop));
            }
            catch
            {
                device.Dispose();
                throw;
            }
        }
    }

    /// <inheritdoc/>
    public override SystemBuffer AllocateSystemBuffer(long length)
    {
        ObjectDisposedException.ThrowIf(_closed != 0, this);
        return _memory.AllocateSystemBuffer(length);
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        CallbackContext.Forbid("VfioPlatform.DisposeAsync", "close the machine from outside its handlers");
        if (Interlocked.Exchange(ref _closed, 1) != 0) return;
        foreach (VfioSlot slot in _slots)
            if (slot.Open is { } function) await function.DisposeAsync().ConfigureAwait(false);
        await _loop.StopAsync().ConfigureAwait(false);
        _loop.Dispose();

        // With it goes every mapping: no device comes to the memory any more.
        _backEnd.Dispose();
        _memory.Inspect();
        Misuse.RepeatAll();
        foreach (VfioFunction function in _closedFunctions) function.Unmap();
        _memory.Dispose();
    }

    internal void Close(VfioSlot slot, VfioFunction function)
    {
        lock (_closedFunctions) _closedFunctions.Add(function);
        lock (slot.Gate) slot.Open = null;
    }

    /// <summary>A function was reset. Where no other may have kept an address, the addresses of system buffers that are gone can be used again.</summary>
    internal void Forget(VfioSlot slot, DmaDomain domain)
    {
        slot.Remembers = null;
        if (!_slots.Exists(s => s.Remembers == domain) && _memories.TryGetValue(domain, out TranslatedMemory? memory)) memory.BecomeQuiet();
    }

    private static DmaException NoFunction(string address) => new($"This machine has no function {address}. 'lspci -D' shows those that it has.");

    private HostFunction Suitable(HostFunction function) => function.Suits(Options.BackEnd) ? function : throw new DmaException(HostBus.WhyNotReady(function, Options.BackEnd));

    private DmaException NotHere(string address)
    {
        if (Options.Functions.Count > 0) return new DmaException($"This platform was opened for {string.Join(", ", Options.Functions)} and not for {address}.");
        return _bus.Find(address) is { } function ? new DmaException(HostBus.WhyNotReady(function, Options.BackEnd)) : NoFunction(address);
    }

    private (BackEnd, IMemorySource) Make()
    {
        if (BackEnd is VfioBackEnd.UnsafeNoIommu or VfioBackEnd.UnsafeUio)
        {
            var locked = new LockedMemory(Options.MemoryBytes, Options.MapRegisters, Misuse);
            var physical = new DmaDomain(this, locked, "machine");
            return (BackEnd == VfioBackEnd.UnsafeUio ? new UioBackEnd(physical) : new NoIommuBackEnd(physical), locked);
        }

        var mapped = new MappedMemory(Options.MemoryBytes, Options.MapRegisters, Options.PointFromPages);
        try
        {
            DmaDomain MakeDomain(KernelSpace space, string name)
            {
                TranslatedMemory memory = mapped.In(space);
                var domain = new DmaDomain(this, memory, name);
                _memories[domain] = memory;
                return domain;
            }

            return (BackEnd == VfioBackEnd.Iommufd ? new IommufdBackEnd(Options.OneDomain, MakeDomain) : new Type1BackEnd(Options.OneDomain, MakeDomain), mapped);
        }
        catch
        {
            mapped.Dispose();
            throw;
        }
    }
}
