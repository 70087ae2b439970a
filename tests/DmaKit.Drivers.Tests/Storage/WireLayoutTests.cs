namespace DmaKit.Drivers.Tests;

/// <summary>What the device reads and writes has the length and the offsets of the specification.</summary>
public sealed class WireLayoutTests
{
    [Fact]
    public void Lengths()
    {
        Assert.Equal(12, Layout.LengthOf<MailboxElement>());
        Assert.Equal(60, Layout.LengthOf<MailboxElements>());
        Assert.Equal(16, Layout.LengthOf<Cdb>());
        Assert.Equal(48, Layout.LengthOf<ScsiIoFrame>());
        Assert.Equal(52, Layout.LengthOf<ManagementFrame>());
        Assert.Equal(36, Layout.LengthOf<ReplyFrame>());
        Assert.Equal(128, Layout.LengthOf<MailboxPacket>());
    }

    [Theory]
    [InlineData(nameof(ScsiIoFrame.TargetId), 0x00)]
    [InlineData(nameof(ScsiIoFrame.Bus), 0x01)]
    [InlineData(nameof(ScsiIoFrame.ChainOffset), 0x02)]
    [InlineData(nameof(ScsiIoFrame.Function), 0x03)]
    [InlineData(nameof(ScsiIoFrame.CdbLength), 0x04)]
    [InlineData(nameof(ScsiIoFrame.SenseBufferLength), 0x05)]
    [InlineData(nameof(ScsiIoFrame.MessageFlags), 0x07)]
    [InlineData(nameof(ScsiIoFrame.MessageContext), 0x08)]
    [InlineData(nameof(ScsiIoFrame.LogicalUnit), 0x0C)]
    [InlineData(nameof(ScsiIoFrame.Control), 0x14)]
    [InlineData(nameof(ScsiIoFrame.Cdb), 0x18)]
    [InlineData(nameof(ScsiIoFrame.DataLength), 0x28)]
    [InlineData(nameof(ScsiIoFrame.SenseBufferLow), 0x2C)]
    public void Scsi_io(string field, int offset) => Assert.Equal(offset, Layout.OffsetOf<ScsiIoFrame>(field));

    [Theory]
    [InlineData(nameof(ManagementFrame.TargetIdOrSwitch), 0x00)]
    [InlineData(nameof(ManagementFrame.Bus), 0x01)]
    [InlineData(nameof(ManagementFrame.ChainOffset), 0x02)]
    [InlineData(nameof(ManagementFrame.Function), 0x03)]
    [InlineData(nameof(ManagementFrame.TaskType), 0x05)]
    [InlineData(nameof(ManagementFrame.PortNumber), 0x06)]
    [InlineData(nameof(ManagementFrame.MessageFlags), 0x07)]
    [InlineData(nameof(ManagementFrame.MessageContext), 0x08)]
    [InlineData(nameof(ManagementFrame.LogicalUnit), 0x0C)]
    [InlineData(nameof(ManagementFrame.TaskMessageContext), 0x30)]
    public void Management(string field, int offset) => Assert.Equal(offset, Layout.OffsetOf<ManagementFrame>(field));

    [Theory]
    [InlineData(nameof(ReplyFrame.MessageLength), 0x02)]
    [InlineData(nameof(ReplyFrame.Function), 0x03)]
    [InlineData(nameof(ReplyFrame.ResponseCode), 0x04)]
    [InlineData(nameof(ReplyFrame.MessageContext), 0x08)]
    [InlineData(nameof(ReplyFrame.ScsiStatus), 0x0C)]
    [InlineData(nameof(ReplyFrame.ScsiState), 0x0D)]
    [InlineData(nameof(ReplyFrame.IocStatus), 0x0E)]
    [InlineData(nameof(ReplyFrame.TransferCount), 0x14)]
    [InlineData(nameof(ReplyFrame.SenseCount), 0x18)]
    public void Reply(string field, int offset) => Assert.Equal(offset, Layout.OffsetOf<ReplyFrame>(field));

    [Theory]
    [InlineData(nameof(MailboxPacket.Opcode), 0x00)]
    [InlineData(nameof(MailboxPacket.ElementCount), 0x02)]
    [InlineData(nameof(MailboxPacket.Context), 0x04)]
    [InlineData(nameof(MailboxPacket.DeviceOffset), 0x08)]
    [InlineData(nameof(MailboxPacket.Length), 0x0C)]
    [InlineData(nameof(MailboxPacket.Argument), 0x10)]
    [InlineData(nameof(MailboxPacket.Status), 0x18)]
    [InlineData(nameof(MailboxPacket.Transferred), 0x1C)]
    [InlineData(nameof(MailboxPacket.Value), 0x20)]
    [InlineData(nameof(MailboxPacket.Elements), 0x40)]
    public void Mailbox(string field, int offset) => Assert.Equal(offset, Layout.OffsetOf<MailboxPacket>(field));

    [Fact]
    public void A_command_without_data_has_one_empty_element()
    {
        Span<byte> list = Pattern.Constant(16, 0xEE);
        Assert.Equal(0, ScatterGatherList.Write(list, default, [], toDevice: false));
        Assert.Equal("000000D100000000", Convert.ToHexString(list[..8]));
    }

    [Fact]
    public void Elements_of_64_bits_and_the_last_one_marked()
    {
        var list = new byte[24];
        DmaElement[] elements = [new(new LogicalAddress(0x1_2345_6000), 0x1000), new(new LogicalAddress(0x8000), 0x200)];
        Assert.Equal(0, ScatterGatherList.Write(list, default, elements, toDevice: false));
        Assert.Equal("00100012" + "0060452301000000" + "000200D3" + "0080000000000000", Convert.ToHexString(list));
        ScatterGatherList.Write(list, default, elements, toDevice: true);
        Assert.Equal("000200D7", Convert.ToHexString(list.AsSpan(12, 4)));
    }

    [Theory]
    [InlineData(38, 0)]
    [InlineData(39, (48 + 37 * 12) / 4)]
    [InlineData(128, (48 + 37 * 12) / 4)]
    public void More_elements_than_fit_the_frame_go_into_a_chain(int count, int chainOffset)
    {
        var list = new byte[ScatterGatherList.Room];
        DmaElement[] elements = [.. Enumerable.Range(1, count).Select(i => new DmaElement(new LogicalAddress((ulong)i << 12), 4096))];
        var at = new LogicalAddress(0x7_0000_0030);
        Assert.Equal(chainOffset, ScatterGatherList.Write(list, at, elements, toDevice: false));
        if (chainOffset == 0) return;

        int chainAt = chainOffset * 4 - 48;
        uint chain = BitConverter.ToUInt32(list, chainAt);
        Assert.Equal(0x3200_0000u | (uint)((count - 37) * 12), chain);
        Assert.Equal((at + ScatterGatherList.ChainStart).Value, BitConverter.ToUInt64(list, chainAt + 4));
        Assert.Equal(0x9200_1000u, BitConverter.ToUInt32(list, chainAt - 12));
        Assert.Equal(0xD300_1000u, BitConverter.ToUInt32(list, ScatterGatherList.ChainStart + (count - 38) * 12));
    }

    [Fact]
    public void Reads_use_the_short_command_as_long_as_the_address_fits()
    {
        Cdb cdb = default;
        ScsiCommand.Read(0xFFFF_FFF8, 8, 512).CopyTo(ref cdb, 4096);
        Assert.Equal("2800FFFFFFF80000080000000000" + "0000", Convert.ToHexString(cdb));
        cdb = default;
        ScsiCommand.Write(0xFFFF_FFF9, 8, 512).CopyTo(ref cdb, 4096);
        Assert.Equal("8A0000000000FFFFFFF9000000080000", Convert.ToHexString(cdb));
    }
}
