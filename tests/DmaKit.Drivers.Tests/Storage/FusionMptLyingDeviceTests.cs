using System.Buffers.Binary;

namespace DmaKit.Drivers.Tests;

/// <summary>What the adapter says is not believed: wrong tags and addresses are counted and reported, and do nothing else.</summary>
public sealed class FusionMptLyingDeviceTests
{
    private LyingAdapter? _liar;

    [Fact]
    public async Task C2_A_tag_that_names_no_packet_is_counted()
    {
        await using FusionMachine machine = Machine();
        machine.Run(async driver =>
        {
            ScsiDisk disk = await driver.OpenDiskAsync(0);
            _liar!.Lie(0x3FFF_FFFF, 0x0000_007F);
            await disk.ReadAsync(0, new byte[512]);
            Assert.Equal(2, driver.Statistics.Commands.UnknownTags);
            await disk.ReadAsync(0, new byte[512]);
        });
        machine.AssertClean("device-returned-unknown-tag");
        Assert.NotEmpty(machine.Platform.Misuse.Reports);
    }

    [Fact]
    public async Task C2_A_tag_given_back_twice_is_counted()
    {
        await using FusionMachine machine = Machine();
        machine.Run(async driver =>
        {
            ScsiDisk disk = await driver.OpenDiskAsync(0);
            await disk.ReadAsync(0, new byte[512]);
            _liar!.Lie(_liar.LastReply, _liar.LastReply);
            byte[] data = Pattern.Bytes(512, 9);
            await disk.WriteAsync(512, data);
            var read = new byte[512];
            await disk.ReadAsync(512, read);
            Assert.Equal(data, read);
            Assert.Equal(2, driver.Statistics.Commands.StaleTags);
        });
        machine.AssertClean("device-returned-stale-tag");
        Assert.NotEmpty(machine.Platform.Misuse.Reports);
    }

    [Fact]
    public async Task C2_A_tag_of_a_packet_that_nobody_posted_is_counted()
    {
        await using FusionMachine machine = Machine();
        machine.Run(async driver =>
        {
            ScsiDisk disk = await driver.OpenDiskAsync(0);

            // The last packets were never handed out; 7 bits of index, the first generation.
            _liar!.Lie(0x80 | 126);
            await disk.FlushAsync();
            Assert.Equal(1, driver.Statistics.Commands.StaleTags);
            Assert.Equal(driver.QueueDepth, driver.Statistics.Commands.Free);
        });
        machine.AssertClean("device-returned-stale-tag");
    }

    [Fact]
    public async Task C2_A_reply_at_an_address_that_is_none_of_ours_is_counted()
    {
        await using FusionMachine machine = Machine();
        machine.Run(async driver =>
        {
            ScsiDisk disk = await driver.OpenDiskAsync(0);
            uint frames = driver.Memory.ReplyFrames[0].LogicalAddress.LowHalf;
            _liar!.Lie(0x8000_0000, 0x8000_0000 | (frames + 4) >> 1, 0xFFFF_FFFE);
            await disk.FlushAsync();
            Assert.Equal(3, driver.Statistics.UnknownFrames);
        });
        machine.AssertClean("device-returned-unknown-frame");
        Assert.NotEmpty(machine.Platform.Misuse.Reports);
    }

    [Fact]
    public async Task C5_A_device_that_claims_more_than_was_mapped_gives_no_more()
    {
        await using FusionMachine machine = Machine();
        machine.Run(async driver =>
        {
            ScsiDisk disk = await driver.OpenDiskAsync(0);
            _liar!.Forge = static (_, bytes) =>
            {
                const int scsiIoReply = 36, transferCount = 0x14;
                if (bytes.Length == scsiIoReply && bytes[2] == scsiIoReply / 4) BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(transferCount), 0x00FF_FFFF);
            };
            IScsiTransport transport = driver;
            var answer = new byte[200];
            ScsiOutcome outcome = await transport.SendAsync(0, ScsiCommand.Inquiry(200), answer, default, default);
            Assert.Equal(200, outcome.Bytes);
            Assert.All(answer[36..], b => Assert.Equal(0, b));
            _liar.Forge = null;
            await disk.ReadAsync(0, new byte[512]);
        });
        machine.AssertClean("device-claims-more-than-mapped");
        Assert.NotEmpty(machine.Platform.Misuse.Reports);
    }

    [Theory]
    [InlineData(0xFFFF_FFFFu)]
    [InlineData(0x0000_0000u)]
    [InlineData(0x4000_0081u)]
    public async Task C2_A_reply_frame_with_a_wrong_context_ends_nobody_else(uint context)
    {
        await using FusionMachine machine = Machine();
        machine.Run(async driver =>
        {
            ScsiDisk disk = await driver.OpenDiskAsync(0);
            bool forged = false;
            _liar!.Forge = (_, bytes) =>
            {
                if (bytes.Length != 36 || bytes[2] != 36 / 4 || forged) return;
                forged = true;
                BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(8), context);
            };

            // The reply to the first never comes; it is aborted, and the others are untouched.
            IScsiTransport transport = driver;
            Task<ScsiOutcome> lost = transport.SendAsync(0, ScsiCommand.Inquiry(200), new byte[200], default, default).AsTask();
            Task[] others = [.. Enumerable.Range(0, 8).Select(i => disk.ReadAsync(512 * i, new byte[512]).AsTask())];
            await Task.WhenAll(others);
            Assert.Equal(BlockDeviceStatus.TimedOut, (await lost).Judge(out _));
            Assert.True(forged);
        });
        machine.AssertClean("device-returned-unknown-tag", "device-returned-stale-tag");
        Assert.NotEmpty(machine.Platform.Misuse.Reports);
    }

    private FusionMachine Machine() => new(FusionMachine.Stepped, wrap: inner => _liar = new LyingAdapter(inner));
}
