namespace DmaKit.Drivers.Tests;

public sealed class FusionMptTransferTests
{
    [Fact]
    public async Task WritesAndReadsOneBlock()
    {
        await using var machine = new FusionMachine(FusionMachine.Stepped);
        var written = new byte[512];
        Random.Shared.NextBytes(written);
        machine.Run(async driver =>
        {
            ScsiDisk disk = await driver.OpenDiskAsync(0);
            Assert.Equal(512, disk.Info.BlockSize);
            Assert.Equal(4 << 20, disk.Info.Length);
            await disk.WriteAsync(1024, written);
            var read = new byte[512];
            await disk.ReadAsync(1024, read);
            Assert.Equal(written, read);
            await disk.FlushAsync();
        });
        var onDisk = new byte[512];
        machine.Images[0].Read(1024, onDisk);
        Assert.Equal(written, onDisk);
        Assert.Empty(machine.Platform.Misuse.Reports);
    }
}
