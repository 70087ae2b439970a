namespace DmaKit.Drivers.Tests;

/// <summary>The stream against a byte array.</summary>
public sealed class BlockDeviceStreamTests
{
    private const int Length = 64 * 512;

    [Theory]
    [InlineData(1)]
    [InlineData(20262)]
    [InlineData(77)]
    public async Task Random_histories_equal_a_byte_array(int seed)
    {
        await using var machine = new FusionMachine(FusionMachine.Stepped, diskBytes: Length);
        var model = new byte[Length];
        machine.Run(async driver =>
        {
            await using var stream = new BlockDeviceStream(await driver.OpenDiskAsync(0));
            var random = new Random(seed);
            for (int step = 0; step < 400; step++)
            {
                int offset = random.Next(Length);
                int length = random.Next(Math.Min(4000, Length - offset) + 1);
                var origin = (SeekOrigin)random.Next(3);
                stream.Seek(origin switch { SeekOrigin.Begin => offset, SeekOrigin.Current => offset - stream.Position, _ => offset - Length }, origin);
                Assert.Equal(offset, stream.Position);
                if (random.Next(2) == 0)
                {
                    byte[] data = Pattern.Bytes(length, random.Next());
                    await stream.WriteAsync(data);
                    data.CopyTo(model, offset);
                }
                else
                {
                    var data = new byte[length];
                    Assert.Equal(length, await stream.ReadAsync(data));
                    Assert.True(model.AsSpan(offset, length).SequenceEqual(data), $"seed {seed}, step {step}: {length} bytes at {offset} differ");
                }

                Assert.Equal(offset + length, stream.Position);
            }

            await stream.FlushAsync();
        });
        Assert.Equal(model, machine.BytesOn(0, 0, Length));
        machine.AssertClean();
    }

    [Fact]
    public async Task The_end_is_the_end()
    {
        await using var machine = new FusionMachine(FusionMachine.Stepped, diskBytes: Length);
        machine.Run(async driver =>
        {
            var stream = new BlockDeviceStream(await driver.OpenDiskAsync(0));
            Assert.True(stream.CanRead && stream.CanSeek && stream.CanWrite);
            Assert.Equal(Length, stream.Length);
            stream.Position = Length - 3;
            Assert.Equal(3, await stream.ReadAsync(new byte[10]));
            Assert.Equal(0, await stream.ReadAsync(new byte[10]));
            stream.Position = Length - 3;
            IOException full = await Assert.ThrowsAsync<IOException>(() => stream.WriteAsync(new byte[4]).AsTask());
            Assert.Contains(Length.ToString(), full.Message);
            Assert.Equal(Length - 3, stream.Position);
            stream.Position = Length + 100L;
            Assert.Equal(0, await stream.ReadAsync(new byte[10]));
            Assert.Throws<ArgumentOutOfRangeException>(() => stream.Position = -1);
            Assert.Throws<IOException>(() => stream.Seek(-1, SeekOrigin.Begin));
            Assert.Throws<NotSupportedException>(() => stream.SetLength(1));
            await stream.DisposeAsync();
            Assert.False(stream.CanRead || stream.CanSeek || stream.CanWrite);
            await Assert.ThrowsAsync<ObjectDisposedException>(() => stream.ReadAsync(new byte[1]).AsTask());
        });
    }

    [Fact]
    public async Task Synchronous_members_work_on_a_machine_that_runs_by_itself()
    {
        await using var machine = new FusionMachine(new(), diskBytes: Length);
        await machine.RunAsync(async driver =>
        {
            using var stream = new BlockDeviceStream(await driver.OpenDiskAsync(0));
            byte[] data = Pattern.Bytes(1000, 3);
            stream.Position = 100;
            stream.Write(data, 0, data.Length);
            stream.Flush();
            stream.Position = 100;
            var read = new byte[1000];
            stream.ReadExactly(read);
            Assert.Equal(data, read);
            using var copy = new MemoryStream();
            stream.Position = 0;
            await stream.CopyToAsync(copy);
            Assert.Equal(Length, copy.Length);
        });
        machine.AssertClean();
    }
}
