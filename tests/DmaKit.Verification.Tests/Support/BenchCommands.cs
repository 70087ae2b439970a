namespace DmaKit.Verification.Tests;

/// <summary>Commands for a device that the tests play themselves: a register that edu does not have takes the packets.</summary>
internal static class BenchCommands
{
    private const long Mailbox = 0x70;

    /// <summary>Three packets.</summary>
    public static CommandPool<BenchPacket, int> Commands(this RuleBench bench, ICommandSupervisor? supervisor = null) =>
        CommandPool<BenchPacket, int>.CreateUpTo(bench.Dma, 3, 3, new CommandPoolOptions { Name = "requests", Supervisor = supervisor });

    /// <summary>Rents a packet and posts it, with a second's time.</summary>
    public static Task<CommandOutcome<int>> Post(this RuleBench bench, CommandPool<BenchPacket, int> pool, DmaMapping data, out CommandTag tag)
    {
        Assert.True(pool.TryRent(out Command<BenchPacket, int> command));
        tag = command.Tag;
        command.Packet = new BenchPacket { Tag = tag.Wire, Length = (uint)data.Length, Address = data.IsEmpty ? 0 : data.Elements[0].Address.Value };
        return command.PostAsync(data, bench.Registers, Mailbox, TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken).AsTask();
    }

    /// <summary>Tells the edu device where it is to write and how much, and does not start it.</summary>
    public static void EduAim(this RuleBench bench, LogicalAddress to, int bytes)
    {
        bench.Registers.Write64(0x80, RuleBench.EduMemory);
        bench.Registers.Write64(0x88, to.Value);
        bench.Registers.Write64(0x90, (ulong)bytes);
    }

    /// <summary>Starts the edu device, and ends when it is done.</summary>
    public static void EduGo(this RuleBench bench)
    {
        bench.Registers.Write64(0x98, 3);
        bench.Machine.RunUntilIdle();
    }

    /// <summary>Has the edu device raise an interrupt.</summary>
    public static void EduInterrupts(this RuleBench bench, uint cause)
    {
        bench.Registers.Write32(0x60, cause);
        bench.Machine.RunUntilIdle();
    }
}
