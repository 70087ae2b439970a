using DmaKit.Platforms;

namespace DmaKit;

public sealed partial class DmaAdapter
{
    /// <summary>Allocates a common buffer: zeroed, contiguous to the device, in its reach. Scarce: ask early, and sub-allocate.</summary>
    /// <param name="length">The length in bytes, 1 or more.</param>
    /// <param name="options">Further wishes, or null.</param>
    /// <exception cref="DmaResourceException">There is no such run of memory; the exception says which is the largest.</exception>
    /// <exception cref="DmaMisuseException">Called in callback context.</exception>
    /// <exception cref="ObjectDisposedException">The adapter was disposed.</exception>
    public CommonBuffer AllocateCommonBuffer(long length, CommonBufferOptions? options = null) =>
        TryAllocateCommonBuffer(length, options, out CommonBuffer? buffer)
            ? buffer
            : throw NoSuchRun(length, length, options ?? CommonBufferOptions.Default);

    /// <summary>Allocates a common buffer, if there is memory for it.</summary>
    /// <param name="length">The length in bytes, 1 or more.</param>
    /// <param name="options">Further wishes, or null.</param>
    /// <param name="buffer">The buffer.</param>
    /// <returns>False when there is no such run of memory: not an error.</returns>
    /// <exception cref="DmaMisuseException">Called in callback context.</exception>
    /// <exception cref="ObjectDisposedException">The adapter was disposed.</exception>
    public bool TryAllocateCommonBuffer(
        long length, CommonBufferOptions? options, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out CommonBuffer? buffer)
    {
        CallbackContext.Forbid("Allocation of a common buffer", "allocate a slab when the driver starts, and take blocks or heap pieces from it");
        ThrowIfClosed();
        options ??= CommonBufferOptions.Default;
        RunRequest request = Request(length, options);
        string name = options.Name ?? $"buffer {Interlocked.Increment(ref _buffersMade)} of {Function.Info.Address}";
        buffer = null;
        if (request.Length > 0 && Domain.TryAllocate(this, request, length, name, out CommonBuffer made)) buffer = made;
        return buffer is not null;
    }

    /// <summary>Allocates the largest common buffer that can be had between two lengths, so that a driver scales down instead of failing to start.</summary>
    /// <param name="preferred">The length in bytes that is asked for first.</param>
    /// <param name="minimum">The length in bytes below which it is not worth having.</param>
    /// <param name="options">Further wishes, or null.</param>
    /// <exception cref="DmaResourceException">Not even <paramref name="minimum"/> bytes can be had.</exception>
    /// <exception cref="DmaMisuseException">Called in callback context.</exception>
    /// <exception cref="ObjectDisposedException">The adapter was disposed.</exception>
    public CommonBuffer AllocateCommonBufferUpTo(long preferred, long minimum, CommonBufferOptions? options = null)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minimum, preferred);
        options ??= CommonBufferOptions.Default;
        while (true)
        {
            if (TryAllocateCommonBuffer(preferred, options, out CommonBuffer? buffer)) return buffer;

            // Somebody may take the largest run between look and ask, so ask again for less each time.
            long largest = Math.Min(LargestCommonBuffer(options), preferred - 1);
            if (largest < minimum) throw NoSuchRun(preferred, minimum, options);
            preferred = largest;
        }
    }

    /// <summary>Allocates pieces of one size that need not be adjacent.</summary>
    /// <param name="pieceLength">The length of a piece in bytes, 1 or more.</param>
    /// <param name="preferred">How many are asked for.</param>
    /// <param name="minimum">How many are needed at least.</param>
    /// <param name="options">Further wishes; alignment and boundary hold for each piece.</param>
    /// <exception cref="DmaResourceException">Not even <paramref name="minimum"/> pieces can be had.</exception>
    /// <exception cref="DmaMisuseException">Called in callback context.</exception>
    public CommonBufferVector AllocateCommonBufferVector(long pieceLength, int preferred, int minimum, CommonBufferOptions? options = null) =>
        CommonBufferVector.Allocate(this, pieceLength, preferred, minimum, options ?? CommonBufferOptions.Default, window: 0);

    /// <summary>The longest common buffer that could be had now, in bytes; 0 when none.</summary>
    /// <param name="options">Further wishes, or null.</param>
    public long LargestCommonBuffer(CommonBufferOptions? options = null)
    {
        ThrowIfClosed();
        RunRequest request = Request(Domain.Memory.PageSize, options ?? CommonBufferOptions.Default);
        if (request.Length == 0) return 0;
        long largest = Domain.Memory.LargestRun(request);
        if (!Domain.Memory.ChargesCommonBuffers) return largest;
        Domain.MapRegisters.TakeMemory(this);
        return Domain.MapRegisters.Waiting > 0 ? 0 : Math.Min(largest, (long)Domain.MapRegisters.Free * Domain.Memory.PageSize);
    }

    /// <summary>What the platform is asked for; length 0 when wishes and reach exclude each other.</summary>
    private RunRequest Request(long length, CommonBufferOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        int page = Domain.Memory.PageSize;
        if (length > long.MaxValue - page) throw new ArgumentOutOfRangeException(nameof(length), length, "A common buffer has less than 2^63 bytes.");
        long rounded = (length + page - 1) & -(long)page;
        ulong highest = Math.Min(Constraints.HighestAddress.Value, options.MaximumAddress.Value);
        long boundary = options.Boundary;

        // The boundary of the adapter binds elements; a buffer that fits between two multiples is kept there, so that it is one element.
        if (Constraints.Boundary != 0 && length <= Constraints.Boundary)
            boundary = boundary == 0 ? Constraints.Boundary : Math.Min(boundary, Constraints.Boundary);
        bool possible = options.MinimumAddress.Value <= highest
            && (ulong)(rounded - 1) <= highest - options.MinimumAddress.Value
            && (boundary == 0 || length <= boundary);
        long alignment = Math.Max(Math.Max(options.Alignment, page), Constraints.ElementAlignment);

        // A boundary smaller than a page is kept by starting at a page, as long as the length fits: the rest of the page is not used.
        return new RunRequest(possible ? rounded : 0, options.MinimumAddress, new LogicalAddress(highest), alignment, boundary < page ? 0 : boundary);
    }

    private DmaResourceException NoSuchRun(long asked, long needed, CommonBufferOptions options)
    {
        long largest = LargestCommonBuffer(options);
        string limits = $"address bits {Constraints.AddressBits}, addresses {options.MinimumAddress} to "
            + $"{new LogicalAddress(Math.Min(Constraints.HighestAddress.Value, options.MaximumAddress.Value))}, alignment {options.Alignment}, boundary {options.Boundary}";
        string least = needed < asked ? $" ({needed} at least)" : "";
        return new DmaResourceException(
            $"No common buffer '{options.Name ?? "unnamed"}' of {asked} bytes{least} for {Function.Info.Address}: {limits}. "
            + (Domain.Memory.ChargesCommonBuffers ? $"This machine charges a map register for each page; {Domain.MapRegisters.Free} are free. " : "")
            + (Domain.Memory.Shortage is { } shortage ? $"{shortage} " : "")
            + $"The largest run that can be had is {largest} bytes. Ask earlier, ask for less (AllocateCommonBufferUpTo), or for pieces (AllocateCommonBufferVector).",
            asked, largest);
    }
}
