namespace DmaKit.Drivers.Tests;

/// <summary>What awaits a read is used again by the next one: a caller who asks twice or late must not get another's outcome.</summary>
public sealed class ReadOutcomeTests
{
    [Fact]
    public async Task E1_An_outcome_is_taken_once()
    {
        await using var machine = new FusionMachine(FusionMachine.Stepped);
        machine.Run(async driver =>
        {
            ScsiDisk disk = await driver.OpenDiskAsync(0);
            ValueTask first = disk.ReadAsync(0, new byte[512]);
            ValueTask copy = first;
            await first;
            Assert.Throws<InvalidOperationException>(() => copy.GetAwaiter().GetResult());
            ValueTask second = disk.ReadAsync(512, new byte[512]);
            Assert.Throws<InvalidOperationException>(() => copy.GetAwaiter().GetResult());
            Assert.Throws<InvalidOperationException>(() => second.GetAwaiter().GetResult());
            await second;
        });
    }

    [Fact]
    public async Task E1_Outcomes_taken_late_and_in_another_order_are_their_own()
    {
        await using var machine = new FusionMachine(FusionMachine.Stepped);
        machine.Run(async driver =>
        {
            ScsiDisk disk = await driver.OpenDiskAsync(0);
            byte[][] data = [.. Enumerable.Range(0, 40).Select(i => Pattern.Bytes(512, i))];
            for (int i = 0; i < data.Length; i++) await disk.WriteAsync(i * 512, data[i]);
            byte[][] read = [.. data.Select(_ => new byte[512])];
            var reads = new ValueTask[data.Length];
            for (int i = 0; i < 20; i++) reads[i] = disk.ReadAsync(i * 512, read[i]);
            await reads[19];

            // All have ended, one outcome was taken, and others are posted meanwhile.
            for (int i = 20; i < 40; i++) reads[i] = disk.ReadAsync(i * 512, read[i]);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => disk.ReadAsync(0, new byte[512], new CancellationToken(canceled: true)).AsTask());
            foreach (int i in Enumerable.Range(0, 40).Reverse().Where(i => i != 19)) await reads[i];
            for (int i = 0; i < data.Length; i++) Assert.Equal(data[i], read[i]);
        });
    }

    [Fact]
    public async Task E1_A_driver_that_was_closed_says_so_in_the_outcome()
    {
        await using var machine = new FusionMachine(FusionMachine.Stepped);
        ScsiDisk? disk = null;
        machine.Run(async driver => disk = await driver.OpenDiskAsync(0));
        ValueTask read = disk!.ReadAsync(0, new byte[512]);
        Assert.True(read.IsFaulted);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => read.AsTask());
    }
}
