using DmaKit.Devices;

namespace DmaKit.Drivers.Tests;

/// <summary>CHECK CONDITION of each kind becomes a typed error.</summary>
public sealed class ScsiErrorTests
{
    [Fact]
    public async Task A_block_that_cannot_be_read_is_a_medium_error_and_named()
    {
        await using var machine = new FusionMachine(FusionMachine.Stepped, image: _ => new BadImage());
        machine.Run(async driver =>
        {
            ScsiDisk disk = await driver.OpenDiskAsync(0);
            BlockDeviceException error = await Assert.ThrowsAsync<BlockDeviceException>(() => disk.ReadAsync(0, new byte[16 * 512]).AsTask());
            Assert.Equal(BlockDeviceStatus.CheckCondition, error.Status);
            Assert.Equal(ScsiSenseKey.MediumError, error.Sense!.Value.Key);
            Assert.Equal((byte)0x11, error.Sense.Value.Code);
            Assert.Contains("unrecovered read error", error.Message);
            Assert.Contains("read of 16 blocks at 0 of target 0", error.Message);
            error = await Assert.ThrowsAsync<BlockDeviceException>(() => disk.WriteAsync(BadImage.BadAt, new byte[512]).AsTask());
            Assert.Equal((ScsiSenseKey.MediumError, (byte)0x0C), (error.Sense!.Value.Key, error.Sense.Value.Code));
            await disk.ReadAsync(0, new byte[512]);
            Assert.Equal(driver.QueueDepth, driver.Statistics.Commands.Free);
        });
        machine.AssertClean();
    }

    [Fact]
    public async Task A_write_to_a_protected_disk_is_refused_by_the_disk()
    {
        await using var machine = new FusionMachine(FusionMachine.Stepped, image: _ => new MemoryDiskImage(1 << 20, isReadOnly: true));
        machine.Run(async driver =>
        {
            ScsiDisk disk = await driver.OpenDiskAsync(0);
            Assert.True(disk.Info.IsReadOnly);
            BlockDeviceException error = await Assert.ThrowsAsync<BlockDeviceException>(() => disk.WriteAsync(0, new byte[512]).AsTask());
            Assert.Equal((ScsiSenseKey.DataProtect, (byte)0x27), (error.Sense!.Value.Key, error.Sense.Value.Code));
            Assert.False(new BlockDeviceStream(disk).CanWrite);
        });
        machine.AssertClean();
    }

    [Fact]
    public async Task A_disk_without_medium_is_not_ready()
    {
        await using var machine = new FusionMachine(FusionMachine.Stepped, image: _ => new MemoryDiskImage(0));
        machine.Run(async driver =>
        {
            BlockDeviceException error = await Assert.ThrowsAsync<BlockDeviceException>(() => driver.OpenDiskAsync(0).AsTask());
            Assert.Equal(ScsiSenseKey.NotReady, error.Sense!.Value.Key);
        });
        machine.AssertClean();
    }

    [Fact]
    public async Task What_a_disk_does_not_know_is_an_illegal_request()
    {
        await using var machine = new FusionMachine(FusionMachine.Stepped);
        machine.Run(async driver =>
        {
            await driver.OpenDiskAsync(0);
            IScsiTransport transport = driver;
            ScsiOutcome beyond = await transport.SendAsync(0, ScsiCommand.Read(1 << 20, 1, 512), new byte[512], default, default);
            Assert.Equal((BlockDeviceStatus.CheckCondition, ScsiSenseKey.IllegalRequest, (byte)0x21), (beyond.Judge(out _), beyond.Sense!.Value.Key, beyond.Sense.Value.Code));
            ScsiOutcome page = await transport.SendAsync(0, ScsiCommand.VitalProductData(0x77, 252), new byte[252], default, default);
            Assert.Equal((ScsiSenseKey.IllegalRequest, (byte)0x24), (page.Sense!.Value.Key, page.Sense.Value.Code));
        });
        machine.AssertClean();
    }

    [Fact]
    public async Task An_empty_place_has_no_disk()
    {
        await using var machine = new FusionMachine(FusionMachine.Stepped);
        machine.Run(async driver =>
        {
            BlockDeviceException error = await Assert.ThrowsAsync<BlockDeviceException>(() => driver.OpenDiskAsync(3).AsTask());
            Assert.Equal(BlockDeviceStatus.NoDevice, error.Status);
            await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => driver.OpenDiskAsync(8).AsTask());
            Assert.Single(await driver.ScanAsync());
        });
        machine.AssertClean();
    }

    [Theory]
    [InlineData("70 00 06 00 00 00 00 0A 00 00 00 00 29 00 00 00 00 00", ScsiSenseKey.UnitAttention, 0x29, 0x00, null, false)]
    [InlineData("F0 00 03 00 00 12 34 0A 00 00 00 00 11 01 00 00 00 00", ScsiSenseKey.MediumError, 0x11, 0x01, 0x1234L, false)]
    [InlineData("71 00 04 00 00 00 00 0A 00 00 00 00 44 00", ScsiSenseKey.HardwareError, 0x44, 0x00, null, true)]
    [InlineData("70 00 05 00 00 00 00 00", ScsiSenseKey.IllegalRequest, 0x00, 0x00, null, false)]
    [InlineData("72 05 21 00 00 00 00 0C 00 0A 80 00 00 00 00 01 00 00 00 05", ScsiSenseKey.IllegalRequest, 0x21, 0x00, 0x1_0000_0005L, false)]
    [InlineData("72 03 11 00 00 00 00 10 02 02 00 00 00 0A 80 00 00 00 00 00 00 00 00 07", ScsiSenseKey.MediumError, 0x11, 0x00, 7L, false)]
    public void Sense_data_of_both_formats(string hex, ScsiSenseKey key, byte code, byte qualifier, long? information, bool deferred)
    {
        Assert.True(ScsiSense.TryParse(Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal)), out ScsiSense sense));
        Assert.Equal(new ScsiSense(key, code, qualifier, information, deferred), sense);
        Assert.StartsWith($"{key} {code:X2}h/{qualifier:X2}h", sense.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("70000600")]
    [InlineData("0000000000000000")]
    public void What_is_no_sense_data_is_none(string hex) => Assert.False(ScsiSense.TryParse(Convert.FromHexString(hex), out _));

    /// <summary>A disk image with one bad block.</summary>
    private sealed class BadImage : DiskImage
    {
        public const long BadAt = 9 * 512;

        public override long Length => 1 << 20;

        public override bool IsReadOnly => false;

        public override void Read(long offset, Span<byte> destination)
        {
            if (offset <= BadAt && offset + destination.Length > BadAt) throw new IOException("bad block");
            destination.Clear();
        }

        public override void Write(long offset, ReadOnlySpan<byte> source)
        {
            if (offset <= BadAt && offset + source.Length > BadAt) throw new IOException("bad block");
        }

        public override void Flush()
        {
        }
    }
}
