using DmaKit.Devices;

namespace DmaKit.Emulation;

/// <summary>A fault at work in one device. As it stands it does nothing; each kind overrides what it meddles with. Runs in the device's turns.</summary>
internal abstract class DeviceFault
{
    private long _struck;
    private long _events;

    /// <summary>Which fault of the plan this is.</summary>
    public Fault Fault { get; private set; } = null!;

    /// <summary>How often it struck. From any thread.</summary>
    public long Struck => Interlocked.Read(ref _struck);

    /// <summary>Whether the device is gone, so that it touches no memory any more.</summary>
    public virtual bool IsGone => false;

    protected FaultyDevice Device { get; private set; } = null!;

    protected Random Random { get; private set; } = null!;

    public void Begin(FaultyDevice device, Fault fault, Random random) => (Device, Fault, Random) = (device, fault, random);

    /// <summary>What configuration space says.</summary>
    public virtual DeviceIdentity Identify(DeviceIdentity identity) => identity;

    /// <summary>What the program reads of configuration space where the machine answers <paramref name="value"/>. On the thread that reads.</summary>
    public virtual uint ReadConfiguration(int offset, int size, uint value) => value;

    /// <summary>Whether it answers a register read in place of the device.</summary>
    public virtual bool Answers(int bar, long offset, int size, out ulong answer)
    {
        answer = 0;
        return false;
    }

    /// <summary>What the program reads where the device answers <paramref name="value"/>.</summary>
    public virtual ulong Read(int bar, long offset, int size, ulong value) => value;

    public virtual bool DropsRegisterWrite(int bar, long offset) => false;

    /// <summary>Whether a write to memory does not go on from here.</summary>
    public virtual bool TakesWrite(LogicalAddress address, ReadOnlySpan<byte> source) => false;

    public virtual void Wrote(LogicalAddress address, ReadOnlySpan<byte> source)
    {
    }

    public virtual bool TakesInterrupt(int vector, bool asserted) => false;

    /// <summary>How much longer the turn takes that the device asks for.</summary>
    public virtual TimeSpan Delay() => TimeSpan.Zero;

    /// <summary>The device was reset, or stopped itself: it touches no memory until it is told again.</summary>
    public virtual void WorkCancelled()
    {
    }

    /// <summary>Counts an event of the kind's sort.</summary>
    /// <returns>Whether this is one to strike.</returns>
    protected bool Strikes()
    {
        long number = _events++;
        if (number < Fault.After || number - Fault.After >= Fault.Times) return false;
        Interlocked.Increment(ref _struck);
        return true;
    }

    /// <summary>Strikes at once: for what has no moment.</summary>
    protected void Strike() => Interlocked.Increment(ref _struck);

    protected bool IsTagRegister(int bar, long offset) => bar == Device.Target.TagBar && offset == Device.Target.TagOffset;

    protected static ulong AllOnes(int size) => size >= 8 ? ulong.MaxValue : (1UL << (8 * size)) - 1;
}
