using System.Buffers.Binary;
using DmaKit.Devices;
using DmaKit.Emulation;
using DmaKit.Platforms;

namespace DmaKit.Cli;

/// <summary>
/// Requests that write to the mailbox device, on a machine that has just as many map registers as their data takes. Each maps its data, and
/// then its command, unless the command lies in a common buffer.
/// </summary>
internal sealed class DeadlockRound
{
    private const int PacketLength = 128;
    private const ushort Read = 1, Write = 2;
    private const uint Success = 1;
    private const int Opcode = 0x00, ElementCount = 0x02, Context = 0x04, DeviceOffset = 0x08, Length = 0x0C, Status = 0x18, Elements = 0x40, ElementLength = 12;

    private readonly DeadlockSettings _settings;
    private readonly List<DmaDeadlockReport> _reports = [];
    private readonly TaskCompletionSource _allMapped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _mapped;

    private DeadlockRound(DeadlockSettings settings) => _settings = settings;

    /// <summary>Plays a round on a machine of its own.</summary>
    /// <param name="settings">How many requests, how large.</param>
    /// <param name="commandsInCommonBuffer">Where the commands lie.</param>
    internal static async Task<DeadlockOutcome> PlayAsync(DeadlockSettings settings, bool commandsInCommonBuffer)
    {
        var round = new DeadlockRound(settings);
        await using var machine = new EmulatedPlatform(new EmulatedPlatformOptions { MemoryBytes = 64L << 20, MapRegisters = settings.Registers, Stepped = true });
        return machine.Run(() => round.RunAsync(machine, commandsInCommonBuffer));
    }

    private async Task<DeadlockOutcome> RunAsync(EmulatedPlatform machine, bool commandsInCommonBuffer)
    {
        await using PciFunction function = await machine.OpenAsync(machine.Add(new MailboxDevice())).ConfigureAwait(false);
        await using DmaAdapter dma = function.CreateAdapter(new DmaConstraints { MaxElements = 5 });
        await using var mailbox = new BareMailbox(function);
        int page = dma.Domain.MapRegisters.PageSize;
        using CommonBuffer? packets = commandsInCommonBuffer ? dma.AllocateCommonBuffer(_settings.Requests * PacketLength) : null;
        byte[][] data = new byte[_settings.Requests][];
        var work = new Task[data.Length];
        for (int i = 0; i < data.Length; i++)
        {
            data[i] = new byte[_settings.Pages * page];
            new Random(i).NextBytes(data[i]);
            Memory<byte> packet = packets?.Memory(i * PacketLength, PacketLength) ?? new byte[PacketLength];
            work[i] = WriteAsync(dma, mailbox, i, data[i], packet, packets?.LogicalAt(i * PacketLength));
        }

        await Task.WhenAll(work).ConfigureAwait(false);
        bool equal = true;
        for (int i = 0; i < data.Length; i++)
        {
            byte[] read = new byte[data[i].Length];
            using CommonBuffer packet = dma.AllocateCommonBuffer(PacketLength);
            await ReadAsync(dma, mailbox, i, read, packet.Memory(0, PacketLength), packet.LogicalAddress).ConfigureAwait(false);
            equal &= read.AsSpan().SequenceEqual(data[i]);
        }

        dma.DeclareQuiet();
        return new DeadlockOutcome(
            commandsInCommonBuffer ? "common buffer" : "mapped", _settings.Requests, _reports, dma.Domain.Mappings.RegistersHighWater, equal);
    }

    /// <summary>One request, from its data to its end. Where it is in a deadlock it gives back what it holds, and starts again.</summary>
    private async Task WriteAsync(DmaAdapter dma, BareMailbox mailbox, int index, byte[] data, Memory<byte> packet, LogicalAddress? packetAddress)
    {
        var options = new MappingOptions { Request = dma.Domain.CreateRequest($"request {index + 1}") };
        while (true)
        {
            try
            {
                using DmaMapping mapping = await dma.MapAsync(data, DmaDirection.ToDevice, options).ConfigureAwait(false);

                // All of them have their data mapped before the first maps its command: rare in life, certain here.
                if (++_mapped == _settings.Requests) _allMapped.SetResult();
                await _allMapped.Task.ConfigureAwait(false);
                if (packetAddress is { } lies)
                {
                    await SendAsync(mailbox, Write, index, mapping, packet, lies).ConfigureAwait(false);
                    return;
                }

                Describe(packet.Span, Write, index, mapping);
                using DmaMapping command = await dma.MapAsync(packet, DmaDirection.Both, options).ConfigureAwait(false);
                command.MarkPosted();
                mapping.MarkPosted();
                await mailbox.PostAsync(command.Elements[0].Address, (uint)index).ConfigureAwait(false);
                command.Complete(command.Length);
                mapping.Complete(mapping.Length);
                Check(packet.Span);
                return;
            }
            catch (DmaDeadlockException e)
            {
                _reports.Add(e.Report);
            }
        }
    }

    private static async Task ReadAsync(DmaAdapter dma, BareMailbox mailbox, int index, byte[] into, Memory<byte> packet, LogicalAddress packetAddress)
    {
        using DmaMapping mapping = await dma.MapAsync(into, DmaDirection.FromDevice).ConfigureAwait(false);
        await SendAsync(mailbox, Read, index, mapping, packet, packetAddress).ConfigureAwait(false);
    }

    private static async Task SendAsync(BareMailbox mailbox, ushort opcode, int index, DmaMapping mapping, Memory<byte> packet, LogicalAddress packetAddress)
    {
        Describe(packet.Span, opcode, index, mapping);
        mapping.MarkPosted();
        await mailbox.PostAsync(packetAddress, (uint)index).ConfigureAwait(false);
        mapping.Complete(mapping.Length);
        Check(packet.Span);
    }

    private static void Describe(Span<byte> packet, ushort opcode, int index, DmaMapping mapping)
    {
        packet.Clear();
        BinaryPrimitives.WriteUInt16LittleEndian(packet[Opcode..], opcode);
        BinaryPrimitives.WriteUInt16LittleEndian(packet[ElementCount..], (ushort)mapping.Elements.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(packet[Context..], (uint)index);
        BinaryPrimitives.WriteUInt32LittleEndian(packet[DeviceOffset..], (uint)(index * mapping.Length));
        BinaryPrimitives.WriteUInt32LittleEndian(packet[Length..], (uint)mapping.Length);
        for (int i = 0; i < mapping.Elements.Length; i++)
        {
            Span<byte> element = packet[(Elements + (i * ElementLength))..];
            BinaryPrimitives.WriteUInt64LittleEndian(element, mapping.Elements[i].Address.Value);
            BinaryPrimitives.WriteUInt32LittleEndian(element[8..], (uint)mapping.Elements[i].Length);
        }
    }

    private static void Check(ReadOnlySpan<byte> packet)
    {
        uint status = BinaryPrimitives.ReadUInt32LittleEndian(packet[Status..]);
        if (status != Success) throw new ToolException($"the mailbox device refused a packet: status {status}");
    }
}
