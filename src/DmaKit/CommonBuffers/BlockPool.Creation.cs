namespace DmaKit;

public sealed partial class BlockPool
{
    /// <summary>Makes a pool of all the blocks that were asked for, or fails.</summary>
    /// <param name="adapter">Whose memory it is.</param>
    /// <param name="options">Length, count and placing of the blocks.</param>
    /// <exception cref="DmaResourceException">There is no memory for so many blocks, not even in several common buffers.</exception>
    /// <exception cref="DmaMisuseException">Called in callback context: a pool allocates common buffers.</exception>
    /// <exception cref="ArgumentException">A block does not fit into the page or boundary that it may not cross.</exception>
    public static BlockPool Create(DmaAdapter adapter, BlockPoolOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return Create(adapter, options, options.Count);
    }

    /// <summary>Makes a pool of as many blocks as can be had, so that a driver scales down instead of failing to start.</summary>
    /// <param name="adapter">Whose memory it is.</param>
    /// <param name="blockLength">The length of a block in bytes.</param>
    /// <param name="preferred">How many blocks are asked for.</param>
    /// <param name="minimum">How many are needed at least: 1 or more.</param>
    /// <param name="options">Placing and name; its length and count are not used.</param>
    /// <exception cref="DmaResourceException">Not even <paramref name="minimum"/> blocks can be had.</exception>
    /// <inheritdoc cref="Create(DmaAdapter, BlockPoolOptions)"/>
    public static BlockPool AllocateUpTo(DmaAdapter adapter, int blockLength, int preferred, int minimum, BlockPoolOptions? options = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(minimum, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(preferred, minimum);
        return Create(adapter, (options ?? new BlockPoolOptions()) with { BlockLength = blockLength, Count = preferred }, minimum);
    }

    private static BlockPool Create(DmaAdapter adapter, BlockPoolOptions options, int minimum)
    {
        ArgumentNullException.ThrowIfNull(adapter);
        CallbackContext.Forbid("Creation of a block pool", "make it when the driver starts; TryRent and Return are legal in a handler");
        options = Within(adapter.Constraints, options);
        var layout = new BlockPoolLayout(options, adapter.Domain.Memory.PageSize);
        var runs = new List<(CommonBuffer Buffer, int Count)>();
        try
        {
            int got = Gather(adapter, options, layout, runs);
            if (got < minimum)
            {
                throw new DmaResourceException(
                    $"Pool '{options.Name}' needs {minimum} blocks of {options.BlockLength} bytes; memory of {adapter.Function.Info.Address} holds {got} of them, "
                    + $"in {runs.Count} common buffers. Ask for fewer (BlockPool.AllocateUpTo), or earlier.",
                    layout.LengthOf(minimum, options.BlockLength), layout.LengthOf(got, options.BlockLength));
            }

            return new BlockPool(adapter, options, layout, runs);
        }
        catch
        {
            foreach ((CommonBuffer buffer, _) in runs)
            {
                // No device was ever told of it, whatever else it was told since it was quiet.
                buffer.DeclareQuiet();
                buffer.Dispose();
            }

            throw;
        }
    }

    /// <summary>A block is to be one element of a transfer where it can: it takes over the device's alignment and boundary.</summary>
    private static BlockPoolOptions Within(DmaConstraints device, BlockPoolOptions options)
    {
        if (device.Boundary >= options.BlockLength)
            options = options with { Boundary = options.Boundary == 0 ? device.Boundary : Math.Min(options.Boundary, device.Boundary) };
        return options with { Alignment = Math.Max(options.Alignment, device.ElementAlignment) };
    }

    /// <summary>Takes memory for the blocks: in one common buffer where there is one, else in the largest that there are.</summary>
    private static int Gather(DmaAdapter adapter, BlockPoolOptions options, BlockPoolLayout layout, List<(CommonBuffer Buffer, int Count)> runs)
    {
        int length = options.BlockLength;
        int got = 0;
        int most = layout.CountIn(MaxRun, length, options.Count);
        while (got < options.Count && most > 0)
        {
            int count = Math.Min(most, options.Count - got);
            var wish = new CommonBufferOptions
            {
                Name = runs.Count == 0 ? options.Name : $"{options.Name} ({runs.Count + 1})",
                Alignment = layout.RunAlignment,
            };
            if (adapter.TryAllocateCommonBuffer(layout.LengthOf(count, length), wish, out CommonBuffer? buffer))
            {
                runs.Add((buffer, count));
                got += count;
                continue;
            }

            // The longest run may be too badly placed for the wish, and somebody may take it meanwhile: each try asks for less.
            most = Math.Min(layout.CountIn(adapter.LargestCommonBuffer(wish), length, count), count - 1);
            if (most == 0 && count > 1) most = 1;
        }

        return got;
    }
}
