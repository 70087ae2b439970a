using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;

namespace DmaKit;

/// <summary>What is said about blocks that are used wrongly. Kept away from the fast paths.</summary>
[StackTraceHidden]
internal static class BlockMisuse
{
    internal const string Twice = "block-returned-twice", Used = "block-used-after-return", WrongPool = "block-returned-to-wrong-pool", Outside = "block-access-outside";

    [DoesNotReturn]
    internal static void ThrowNoPool(Block block) => throw new DmaMisuseException(block.Token == 0
        ? "A default Block was used, which is no block: rent one first."
        : "A block was used after its pool was disposed.");

    [DoesNotReturn]
    internal static void ThrowStale(BlockPool pool, Block block, string rule) => throw Log(pool).Refuse(rule, pool.Name, Stale(pool, block));

    [DoesNotReturn]
    internal static void ThrowForeign(BlockPool pool, Block block) => throw Log(pool).Refuse(WrongPool, pool.Name, Foreign(pool.Name, block));

    [DoesNotReturn]
    internal static void ThrowOutside(BlockPool pool, Block block, long offset, long length)
    {
        string message = $"{length} bytes at offset {offset} of block {block.Index} of pool '{pool.Name}', which has {block.Length} bytes.";
        Log(pool).NoteRefused(Outside, pool.Name, message);
        throw new ArgumentOutOfRangeException(nameof(offset), offset, message);
    }

    internal static string Stale(BlockPool pool, Block block) => !pool.HasMade(block)
        ? "A block was used after its pool was disposed."
        : pool.IsDisposed
        ? $"Block {block.Index} was used after its pool '{pool.Name}' was disposed."
        : $"Block {block.Index} of pool '{pool.Name}' was returned already: this handle is of rent {pool.RentOf(block)}, which has ended.";

    internal static string Foreign(string pool, Block block) => block.Token == 0
        ? $"A default Block was given to pool '{pool}': it is no block."
        : block.Owner is null
            ? $"A block of a pool that was disposed was returned to pool '{pool}'."
            : $"{block} was returned to pool '{pool}', which it is not of.";

    private static MisuseLog Log(BlockPool pool) => pool.Adapter.Function.Platform.Misuse;
}
