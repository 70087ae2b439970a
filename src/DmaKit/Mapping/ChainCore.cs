using DmaKit.Native;

namespace DmaKit;

/// <summary>What is behind a <see cref="BufferChain"/>: reused from chain to chain, told apart by generation.</summary>
/// <remarks>
/// Belongs to the one who rented it, and to every live mapping of it, until the last of them lets go. Who rented it uses it from one thread
/// at a time; mappings let go of it from any.
/// </remarks>
internal sealed class ChainCore
{
    private const int Kept = 256;

    private static readonly Stack<ChainCore> s_idle = new();

    /// <summary>The one that this thread gave back last.</summary>
    [ThreadStatic]
    private static ChainCore? t_last;

    private Fragment[] _fragments = new Fragment[8];
    private long _generation = 1;
    private MisuseLog? _misuse;
    private int _owners;

    public int Count { get; private set; }

    public long Length { get; private set; }

    /// <summary>Which fragment can only be read; -1 when none is so.</summary>
    public int FirstReadOnly { get; private set; } = -1;

    /// <summary>Whose memory all fragments are, where that is one; null when there are several.</summary>
    public object? OnlyKeeper { get; private set; }

    /// <summary>Whether every fragment is memory of a system buffer or a common buffer.</summary>
    public bool IsNative { get; private set; } = true;

    public long Generation => Fence.Read(in _generation);

    public ReadOnlySpan<Fragment> Fragments => _fragments.AsSpan(0, Count);

    public Fragment[] Array => _fragments;

    public static ChainCore Rent()
    {
        ChainCore? core = t_last;
        if (core is not null)
        {
            t_last = null;
        }
        else
        {
            lock (s_idle) s_idle.TryPop(out core);
            core ??= new ChainCore();
        }

        core._owners = 1;
        return core;
    }

    public void Add(in Fragment fragment, bool readOnly)
    {
        ThrowIfMapped();
        if (fragment.Length == 0) return;
        if (readOnly && FirstReadOnly < 0) FirstReadOnly = Count;
        if (Count == _fragments.Length) System.Array.Resize(ref _fragments, Count * 2);
        OnlyKeeper = Count == 0 || ReferenceEquals(OnlyKeeper, fragment.Keeper) ? fragment.Keeper : null;
        IsNative &= fragment.Kind == FragmentKind.Native;
        _fragments[Count++] = fragment;
        Length = checked(Length + fragment.Length);
    }

    public void Clear()
    {
        ThrowIfMapped();
        Empty();
    }

    /// <summary>The handle is over. The fragments stay as long as a mapping of them lives.</summary>
    public void Dispose(long generation)
    {
        if (Interlocked.CompareExchange(ref _generation, generation + 1, generation) == generation) Unhold();
    }

    /// <summary>A mapping of it begins: nothing is added or removed until it ends.</summary>
    /// <param name="misuse">Who is told of an attempt.</param>
    public void Hold(MisuseLog misuse)
    {
        Interlocked.Increment(ref _owners);
        _misuse = misuse;
    }

    public void Unhold()
    {
        if (Interlocked.Decrement(ref _owners) != 0) return;
        Empty();
        if (t_last is null)
        {
            t_last = this;
            return;
        }

        lock (s_idle)
        {
            if (s_idle.Count < Kept) s_idle.Push(this);
        }
    }

    private void Empty()
    {
        // References to the program's memory are not kept longer than the program asks for.
        _fragments.AsSpan(0, Count).Clear();
        (Count, Length, FirstReadOnly, OnlyKeeper, IsNative) = (0, 0, -1, null, true);
    }

    private void ThrowIfMapped()
    {
        if (_owners > 1) throw Mapped();
    }

    private DmaMisuseException Mapped()
    {
        const string rule = "chain-changed-while-mapped";
        const string message = "The chain is mapped: its data belongs to the device, and the chain is not changed. Complete the mapping first, or rent another chain.";
        return _misuse?.Refuse(rule, "buffer chain", message) ?? new DmaMisuseException(message) { Rule = rule };
    }
}
