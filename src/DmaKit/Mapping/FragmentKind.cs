namespace DmaKit;

/// <summary>What memory a fragment is.</summary>
internal enum FragmentKind
{
    /// <summary>A managed array.</summary>
    Array,

    /// <summary>Memory of somebody's own memory manager.</summary>
    Manager,

    /// <summary>Memory of a system buffer or a common buffer.</summary>
    Native,

    /// <summary>Nothing yet: room that a coalescer leaves in front of a request. There is nothing to copy.</summary>
    Headroom,
}
