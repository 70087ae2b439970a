namespace DmaKit.Drivers;

/// <summary>
/// All memory that the adapter is told about: command packets, management packets, reply frames. It lies in one window of 4 GiB,
/// because the adapter takes the upper half of their addresses once.
/// </summary>
internal sealed class FusionMptMemory : IAsyncDisposable
{
    /// <summary>The length of a reply frame in bytes: the longest reply to a request is 80.</summary>
    public const int ReplyFrameLength = 128;

    /// <summary>A bit above those of tags: the context is of a management packet.</summary>
    public const uint ManagementContext = 1u << TagBits;

    private const int TagBits = 30;
    private const long Window = 1L << 32;
    private const int ManagementPackets = 4;
    private const int AnswersLength = 256;
    private const int SenseStart = ScatterGatherList.Room;

    private readonly FusionMptSlot[] _slots;
    private readonly CommonBuffer _answers;
    private int _answersTaken;

    private FusionMptMemory(
        CommandPool<ScsiIoFrame, ScsiReply> commands, CommandPool<ManagementFrame, ManagementReply> management,
        CommonBufferVector replyFrames, CommonBuffer answers)
    {
        Commands = commands;
        Management = management;
        ReplyFrames = replyFrames;
        _answers = answers;
        _slots = MakeSlots(commands);
    }

    /// <summary>The packets of SCSI commands: header, list of elements, chain, sense data.</summary>
    public CommandPool<ScsiIoFrame, ScsiReply> Commands { get; }

    /// <summary>The packets of requests about the adapter itself, so that those never wait for a command's packet.</summary>
    public CommandPool<ManagementFrame, ManagementReply> Management { get; }

    /// <summary>Where the adapter writes its replies.</summary>
    public CommonBufferVector ReplyFrames { get; }

    /// <summary>Bits 63 to 32 of the address of every packet and frame.</summary>
    public uint AddressHigh => Commands.Buffers[0].LogicalAddress.High32;

    /// <summary>What is known of the packet that a tag means, or null when it means none.</summary>
    public FusionMptSlot? SlotOf(CommandTag tag) => Commands.IndexOf(tag) is var index and >= 0 ? _slots[index] : null;

    /// <summary>
    /// Room for what a device says of itself, so that disks can be opened when no map register is to be had. Only one caller has it at
    /// a time; the others take ordinary memory.
    /// </summary>
    public Memory<byte> TakeAnswers() => Interlocked.Exchange(ref _answersTaken, 1) == 0 ? _answers.Memory(0, AnswersLength) : new byte[AnswersLength];

    /// <summary>Gives it back, when no command is out that may still write there.</summary>
    public void ReturnAnswers(Memory<byte> answers)
    {
        if (answers.Equals(_answers.Memory(0, AnswersLength))) Interlocked.Exchange(ref _answersTaken, 0);
    }

    /// <summary>Takes as much memory as there is, so that in flight is the least of packets, credits, reply frames less one, and queue depths.</summary>
    /// <exception cref="DmaResourceException">Not even the minimum can be had.</exception>
    public static async ValueTask<FusionMptMemory> AllocateAsync(DmaAdapter adapter, IocFacts facts, FusionMptDriverOptions options, ICommandSupervisor supervisor)
    {
        // One reply frame is kept for what is no command: management and events. Management takes one credit.
        int most = Math.Min(Math.Min(facts.GlobalCredits, facts.ReplyQueueDepth) - 1, options.QueueDepth);
        int least = Math.Min(options.MinimumQueueDepth, most);
        while (true)
        {
            CommandPool<ScsiIoFrame, ScsiReply> commands = AllocateCommands(adapter, most, least, supervisor);
            FusionMptMemory? memory = await TryAllocateRestAsync(adapter, commands, canShrink: commands.Capacity > least).ConfigureAwait(false);
            if (memory is not null) return memory;

            // The packets took what the rest needs: again with fewer.
            most = Math.Max(least, commands.Capacity - Math.Max(1, commands.Capacity / 4));
            await commands.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Gives the memory back. The adapter must be quiet, and no command out.</summary>
    public async ValueTask DisposeAsync()
    {
        await Commands.DisposeAsync().ConfigureAwait(false);
        await Management.DisposeAsync().ConfigureAwait(false);
        ReplyFrames.Dispose();
        _answers.Dispose();
    }

    private static CommandPool<ScsiIoFrame, ScsiReply> AllocateCommands(DmaAdapter adapter, int most, int least, ICommandSupervisor supervisor) =>
        CommandPool<ScsiIoFrame, ScsiReply>.CreateUpTo(adapter, most, least, new CommandPoolOptions
        {
            Name = "command packets",
            TrailingBytes = SenseStart + SenseBytes.Capacity,
            TagBits = TagBits,
            AddressWindow = Window,
            Supervisor = supervisor,
        });

    /// <summary>The rest, in the window of the packets.</summary>
    /// <returns>Null when there is no room for it, but would be with fewer packets.</returns>
    private static async ValueTask<FusionMptMemory?> TryAllocateRestAsync(
        DmaAdapter adapter, CommandPool<ScsiIoFrame, ScsiReply> commands, bool canShrink)
    {
        LogicalAddress start = new(commands.Buffers[0].LogicalAddress.Value & ~(ulong)(Window - 1));
        LogicalAddress last = start + (Window - 1);
        CommonBufferVector? frames = null;
        CommonBuffer? answers = null;
        try
        {
            frames = adapter.AllocateCommonBufferVector(
                ReplyFrameLength, commands.Capacity + 1, commands.Capacity + 1,
                new CommonBufferOptions { Name = "reply frames", Alignment = ReplyFrameLength, MinimumAddress = start, MaximumAddress = last });
            answers = adapter.AllocateCommonBuffer(AnswersLength, new CommonBufferOptions { Name = "answers" });
            var management = CommandPool<ManagementFrame, ManagementReply>.CreateUpTo(adapter, ManagementPackets, 1, new CommandPoolOptions
            {
                Name = "management packets",
                TagBits = TagBits,
                DeviceOnlyReads = true,
                MinimumAddress = start,
                MaximumAddress = last,
            });
            return new FusionMptMemory(commands, management, frames, answers);
        }
        catch (DmaResourceException)
        {
            answers?.Dispose();
            frames?.Dispose();
            if (canShrink) return null;
            await commands.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Looks once at every packet for where it lies.</summary>
    private static FusionMptSlot[] MakeSlots(CommandPool<ScsiIoFrame, ScsiReply> commands)
    {
        var slots = new FusionMptSlot[commands.Capacity];
        var rented = new List<Command<ScsiIoFrame, ScsiReply>>(slots.Length);
        while (commands.TryRent(out Command<ScsiIoFrame, ScsiReply> packet))
        {
            rented.Add(packet);
            LogicalAddress sense = packet.TrailingAddress + SenseStart;
            CommonBuffer buffer = commands.Buffers.First(b => b.Range.Contains(sense));
            slots[commands.IndexOf(packet.Tag)] = new FusionMptSlot(buffer, sense - buffer.LogicalAddress);
        }

        // In the order that leaves the first packet to be taken first.
        for (int i = rented.Count - 1; i >= 0; i--) rented[i].Dispose();
        return slots;
    }
}
