using System.Numerics;
using DmaKit.Platforms;

namespace DmaKit.Drivers;

/// <summary>The interrupt handler: takes replies from the queue until it is empty, and ends the commands that they are for.</summary>
/// <remarks>
/// Runs in callback context, never overlapping. What the adapter says is not believed: contexts and addresses that are none of the driver's
/// are counted and reported, and do nothing else.
/// </remarks>
internal sealed class FusionMptReplies(RegisterWindow registers, FusionMptMemory memory, PciFunction function)
{
    private long _contextReplies;
    private long _addressReplies;
    private long _unknownFrames;
    private long _events;
    private uint _eventContext;

    public long ContextReplies => Interlocked.Read(ref _contextReplies);

    public long AddressReplies => Interlocked.Read(ref _addressReplies);

    public long UnknownFrames => Interlocked.Read(ref _unknownFrames);

    public long Events => Interlocked.Read(ref _events);

    /// <summary>Gives all reply frames to the adapter, after a reset.</summary>
    public void PushFrames()
    {
        _eventContext = 0;
        for (int i = 0; i < memory.ReplyFrames.Count; i++)
            registers.Write32(FusionMptRegister.ReplyQueue, memory.ReplyFrames[i].LogicalAddress.LowHalf);
    }

    /// <summary>The handler.</summary>
    /// <returns>Whether the adapter had a reply: if not, the interrupt was somebody else's.</returns>
    public bool Handle(in CallbackContext context)
    {
        bool any = false;
        try
        {
            while (registers.Read32(FusionMptRegister.ReplyQueue) is var reply and not FusionMptRegister.NoReply)
            {
                any = true;
                if ((reply & FusionMptRegister.AddressReply) == 0) TakeContext(reply);
                else TakeFrame(reply << 1);
            }
        }
        catch (DeviceLostException)
        {
            // The platform ends every command that is out; there is nothing to take any more.
        }

        return any;
    }

    /// <summary>A context alone: the command went well, with all of its data.</summary>
    private void TakeContext(uint context)
    {
        _contextReplies++;
        var tag = CommandTag.FromWire(context);
        FusionMptSlot? slot = memory.SlotOf(tag);
        End(tag, slot, default, slot?.Length ?? 0);
    }

    /// <summary>A reply frame: read once, given back at once, and judged on the copy.</summary>
    private void TakeFrame(uint low)
    {
        _addressReplies++;
        if (!TryReadFrame(low, out ReplyFrame frame))
        {
            ReportUnknown(low);
            return;
        }

        registers.Write32(FusionMptRegister.ReplyQueue, low);
        uint context = frame.MessageContext;
        ushort status = (ushort)(frame.IocStatus & ~ReplyFrame.LogInfoAvailable);
        if ((context & FusionMptMemory.ManagementContext) != 0 && (context & FusionMptRegister.AddressReply) == 0)
        {
            EndManagement(context, frame, status);
            return;
        }

        var tag = CommandTag.FromWire(context);
        FusionMptSlot? slot = memory.SlotOf(tag);
        var reply = new ScsiReply
        {
            Status = frame.ScsiStatus,
            HasNoStatus = (frame.ScsiState & ReplyFrame.NoScsiStatus) != 0,
            AdapterStatus = status,
            TransferCount = frame.TransferCount,
        };
        if (slot is not null && (frame.ScsiState & ReplyFrame.SenseValid) != 0)
        {
            reply.HasSense = true;
            reply.SenseLength = (byte)Math.Min(frame.SenseCount, SenseBytes.Capacity);
            reply.Sense = slot.ReadSense();
        }

        End(tag, slot, reply, frame.TransferCount);
    }

    /// <summary>The context of the request for events comes back with every event after its own reply.</summary>
    private void EndManagement(uint context, in ReplyFrame frame, ushort status)
    {
        bool isEvent = frame.Function == FusionMptFunction.EventNotification;
        if (isEvent && context == _eventContext)
        {
            Interlocked.Increment(ref _events);
            return;
        }

        var tag = CommandTag.FromWire(context & ~FusionMptMemory.ManagementContext);
        TagVerdict verdict = memory.Management.Complete(tag, new ManagementReply(status, frame.ResponseCode, frame.TransferCount), 0);
        if (isEvent && verdict == TagVerdict.Accepted) _eventContext = context;
    }

    private void End(CommandTag tag, FusionMptSlot? slot, in ScsiReply reply, long bytes)
    {
        TagVerdict verdict = memory.Commands.Complete(tag, reply, bytes);
        if (verdict is TagVerdict.Accepted or TagVerdict.Late) slot?.Return(tag);
    }

    private bool TryReadFrame(uint low, out ReplyFrame frame)
    {
        IReadOnlyList<CommonBuffer> buffers = memory.ReplyFrames.Buffers;
        for (int i = 0; i < buffers.Count; i++)
        {
            CommonBuffer buffer = buffers[i];
            long offset = low - (long)buffer.LogicalAddress.LowHalf;
            if (offset < 0 || offset > buffer.Length - FusionMptMemory.ReplyFrameLength || offset % FusionMptMemory.ReplyFrameLength != 0) continue;
            frame = buffer.Read<ReplyFrame>(offset);
            return true;
        }

        frame = default;
        return false;
    }

    private void ReportUnknown(uint low)
    {
        // A device that storms must not fill the log: the first is reported, then every doubling.
        long count = Interlocked.Increment(ref _unknownFrames);
        if (!BitOperations.IsPow2(count)) return;
        function.Platform.Misuse.Report(new MisuseReport(
            "device-returned-unknown-frame", $"a reply at 0x{low:X8}, where no reply frame of the driver's is ({count} so far). Ignored.", function.Info.Address));
    }
}
