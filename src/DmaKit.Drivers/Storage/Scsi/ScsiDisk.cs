using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace DmaKit.Drivers;

/// <summary>A SCSI disk behind an adapter: READ and WRITE, with 10- or 16-byte commands as the address needs them.</summary>
/// <remarks>
/// A unit attention is retried once, since it only tells that something happened before. A command that another one's recovery ended is
/// retried once. Everything else is an error. Sources: SBC-3, SPC-4.
/// </remarks>
public sealed class ScsiDisk : BlockDevice
{
    private readonly ConcurrentQueue<ScsiMove> _idle = new();

    private ScsiDisk(IScsiTransport transport, int target, BlockDeviceInfo info)
    {
        Transport = transport;
        Target = target;
        Info = info;
    }

    /// <inheritdoc/>
    public override BlockDeviceInfo Info { get; }

    /// <summary>The disk's number on its adapter.</summary>
    public int Target { get; }

    /// <summary>What carries its commands.</summary>
    internal IScsiTransport Transport { get; }

    /// <summary>The outcome of a read or write was taken: the next one may use what it was awaited by.</summary>
    internal void Recycle(ScsiMove move) => _idle.Enqueue(move);

    /// <inheritdoc/>
    public override async ValueTask FlushAsync(CancellationToken cancellationToken = default) =>
        await SendAsync(Transport, Target, ScsiCommand.SynchronizeCache, default, cancellationToken).ConfigureAwait(false);

    /// <summary>Asks the device what it is.</summary>
    /// <exception cref="BlockDeviceException">There is none, it is no disk, or it failed.</exception>
    internal static async ValueTask<ScsiDisk> OpenAsync(IScsiTransport transport, int target, CancellationToken cancellationToken)
    {
        Memory<byte> answer = transport.TakeAnswers();
        try
        {
            ScsiDisk disk = await OpenAsync(transport, target, answer, cancellationToken).ConfigureAwait(false);
            transport.ReturnAnswers(answer);
            return disk;
        }
        catch (BlockDeviceException e) when (e.Status is BlockDeviceStatus.NoDevice or BlockDeviceStatus.CheckCondition)
        {
            transport.ReturnAnswers(answer);
            throw;
        }
    }

    private static async ValueTask<ScsiDisk> OpenAsync(IScsiTransport transport, int target, Memory<byte> answer, CancellationToken cancellationToken)
    {
        const int inquiryLength = 36, serialPage = 0x80, allPages = 0x3F, longest = 252;
        await SendAsync(transport, target, ScsiCommand.Inquiry(inquiryLength), answer[..inquiryLength], cancellationToken).ConfigureAwait(false);
        byte peripheral = answer.Span[0];
        if (peripheral != 0)
            throw new BlockDeviceException(BlockDeviceStatus.NoDevice, $"opening of target {target}", $"it is no disk (peripheral {peripheral:X2}h)");
        string vendor = Text(answer.Span.Slice(8, 8));
        string product = Text(answer.Span.Slice(16, 16));

        (long blocks, int blockSize) = await CapacityAsync(transport, target, answer, cancellationToken).ConfigureAwait(false);
        string serial = "";
        if (await TrySendAsync(transport, target, ScsiCommand.VitalProductData(serialPage, longest), answer[..longest], cancellationToken).ConfigureAwait(false) is var got and >= 4)
            serial = Text(answer.Span.Slice(4, (int)Math.Min(answer.Span[3], got - 4)));

        // Bit 7 of the device-specific byte says write protected (SBC-3, mode parameter header).
        bool isReadOnly = await TrySendAsync(transport, target, ScsiCommand.ModeSense6(allPages, longest), answer[..longest], cancellationToken).ConfigureAwait(false) >= 3
            && (answer.Span[2] & 0x80) != 0;
        return new ScsiDisk(transport, target, new BlockDeviceInfo
        {
            BlockSize = blockSize,
            BlockCount = blocks,
            IsReadOnly = isReadOnly,
            Vendor = vendor,
            Product = product,
            Serial = serial,
        });
    }

    /// <inheritdoc/>
    protected override ValueTask ReadBlocksAsync(long offset, Memory<byte> data, CancellationToken cancellationToken) =>
        PostOrMoveAsync(offset, data, default, cancellationToken);

    /// <inheritdoc/>
    protected override ValueTask WriteBlocksAsync(long offset, ReadOnlyMemory<byte> data, CancellationToken cancellationToken) =>
        PostOrMoveAsync(offset, default, data, cancellationToken);

    /// <summary>Goes on with a read or write whose one command did not move all of its bytes.</summary>
    internal ValueTask RetryAsync(in ScsiOutcome outcome, long offset, Memory<byte> into, ReadOnlyMemory<byte> from, CancellationToken cancellationToken)
    {
        var retries = default(ScsiRetries);
        if (!retries.Allow(outcome)) throw Failure(outcome, offset, isRead: from.IsEmpty);
        return MoveAsync(offset, into, from, retries, cancellationToken);
    }

    private static async ValueTask<(long Blocks, int BlockSize)> CapacityAsync(IScsiTransport transport, int target, Memory<byte> answer, CancellationToken cancellationToken)
    {
        const int shortLength = 8, longLength = 32;
        await SendAsync(transport, target, ScsiCommand.ReadCapacity10, answer[..shortLength], cancellationToken).ConfigureAwait(false);
        uint last = BinaryPrimitives.ReadUInt32BigEndian(answer.Span);
        uint size = BinaryPrimitives.ReadUInt32BigEndian(answer.Span[4..]);
        long blocks = last + 1L;
        if (last == uint.MaxValue)
        {
            await SendAsync(transport, target, ScsiCommand.ReadCapacity16(longLength), answer[..longLength], cancellationToken).ConfigureAwait(false);
            ulong longLast = BinaryPrimitives.ReadUInt64BigEndian(answer.Span);
            size = BinaryPrimitives.ReadUInt32BigEndian(answer.Span[8..]);
            blocks = longLast < long.MaxValue ? (long)longLast + 1 : 0;
        }

        if (size is < 256 or > 65536 || blocks <= 0 || blocks > long.MaxValue / size)
            throw new BlockDeviceException(BlockDeviceStatus.TransportError, "READ CAPACITY", $"the device claims {blocks} blocks of {size} bytes");
        return (blocks, (int)size);
    }

    /// <summary>A command about the device itself, with the usual retries.</summary>
    /// <returns>How many bytes it answered.</returns>
    private static async ValueTask<long> SendAsync(IScsiTransport transport, int target, ScsiCommand command, Memory<byte> answer, CancellationToken cancellationToken)
    {
        var retries = default(ScsiRetries);
        while (true)
        {
            answer.Span.Clear();
            ScsiOutcome outcome = await transport.SendAsync(target, command, answer, default, cancellationToken).ConfigureAwait(false);
            if (outcome.IsDone) return outcome.Bytes;
            if (!retries.Allow(outcome)) throw Failure(outcome, $"{command.Describe()} of target {target}");
        }
    }

    /// <summary>As <see cref="SendAsync"/> for what a device need not know.</summary>
    /// <returns>How many bytes it answered; 0 when it does not know the command or the page.</returns>
    private static async ValueTask<long> TrySendAsync(IScsiTransport transport, int target, ScsiCommand command, Memory<byte> answer, CancellationToken cancellationToken)
    {
        try
        {
            return await SendAsync(transport, target, command, answer, cancellationToken).ConfigureAwait(false);
        }
        catch (BlockDeviceException e) when (e.Sense is { Key: ScsiSenseKey.IllegalRequest })
        {
            return 0;
        }
    }

    /// <summary>One command, if it can be posted now and does it all; else as many as it takes.</summary>
    private ValueTask PostOrMoveAsync(long offset, Memory<byte> into, ReadOnlyMemory<byte> from, CancellationToken cancellationToken)
    {
        try
        {
            ScsiCommand command = CommandFor(offset, into.Length + from.Length, isRead: from.IsEmpty);
            if (Transport.TryPost(Target, command, into, from, cancellationToken, out ScsiPosted posted))
            {
                if (!_idle.TryDequeue(out ScsiMove? move)) move = new ScsiMove(this);
                return move.Await(posted, offset, into, from, cancellationToken);
            }
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return ValueTask.FromException(e);
        }

        return MoveAsync(offset, into, from, default, cancellationToken);
    }

    private ScsiCommand CommandFor(long offset, int length, bool isRead)
    {
        int blockSize = Info.BlockSize;
        long block = BitOperations.IsPow2(blockSize) ? offset >> BitOperations.TrailingZeroCount(blockSize) : offset / blockSize;
        return isRead ? ScsiCommand.Read(block, length / blockSize, blockSize) : ScsiCommand.Write(block, length / blockSize, blockSize);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask MoveAsync(long offset, Memory<byte> into, ReadOnlyMemory<byte> from, ScsiRetries retries, CancellationToken cancellationToken)
    {
        while (into.Length + from.Length is var left and > 0)
        {
            ScsiOutcome outcome = await Transport.SendAsync(Target, CommandFor(offset, left, isRead: from.IsEmpty), into, from, cancellationToken).ConfigureAwait(false);
            if (!outcome.IsWhole)
            {
                if (retries.Allow(outcome)) continue;
                throw Failure(outcome, offset, isRead: from.IsEmpty);
            }

            int done = (int)outcome.Bytes;
            offset += done;
            if (into.IsEmpty) from = from[done..];
            else into = into[done..];
            retries = default;
        }
    }

    private BlockDeviceException Failure(in ScsiOutcome outcome, long offset, bool isRead) =>
        Failure(outcome, $"{(isRead ? "read" : "write")} of {outcome.Mapped / Info.BlockSize} blocks at {offset / Info.BlockSize} of target {Target}");

    private static BlockDeviceException Failure(in ScsiOutcome outcome, string request)
    {
        BlockDeviceStatus status = outcome.Judge(out string reason);
        return new BlockDeviceException(status, request, reason, outcome.Sense);
    }

    /// <summary>Text of a fixed length, padded with spaces. What is not printable is shown as a dot: a device may say anything.</summary>
    private static string Text(ReadOnlySpan<byte> field)
    {
        Span<char> text = stackalloc char[field.Length];
        for (int i = 0; i < field.Length; i++) text[i] = field[i] is >= 0x20 and < 0x7F ? (char)field[i] : field[i] == 0 ? ' ' : '.';
        return text.Trim().ToString();
    }
}
