namespace DmaKit.Drivers.Tests;

/// <summary>The arithmetic of the ring against a list of bytes that has no end, and arithmetic that is known to be wrong.</summary>
public sealed class ReceiveRingTests
{
    [Theory]
    [InlineData(8192)]
    [InlineData(16384)]
    [InlineData(32768)]
    [InlineData(65536)]
    public void N2_Positions_follow_the_records(int length)
    {
        var ring = new ReceiveRing(length);
        Assert.Null(Violation(length, ring.Next, ring.Available));
    }

    [Theory]
    [InlineData("is not brought back to the start")]
    [InlineData("is not rounded up")]
    [InlineData("counts the header twice")]
    [InlineData("a full ring looks empty")]
    public void N2_Arithmetic_that_is_wrong_is_caught(string defect)
    {
        var ring = new ReceiveRing(8192);
        Func<int, int, int> next = defect switch
        {
            "is not brought back to the start" => (position, length) => position + ReceiveRing.RecordLength(length),
            "is not rounded up" => (position, length) => (position + 4 + length) & 8191,
            "counts the header twice" => (position, length) => ring.Next(position, length + 4),
            _ => ring.Next,
        };
        Func<int, int, int> available = defect == "a full ring looks empty" ? (position, written) => written > position ? written - position : 0 : ring.Available;
        Assert.NotNull(Violation(8192, next, available));
    }

    [Fact]
    public void N2_The_register_is_sixteen_less_in_sixteen_bits()
    {
        Assert.Equal(0xFFF0, ReceiveRing.ToRegister(0));
        Assert.Equal(0xFFFC, ReceiveRing.ToRegister(12));
        Assert.Equal(0x0000, ReceiveRing.ToRegister(16));
        Assert.Equal(0xFFEC, ReceiveRing.ToRegister(65_532));
        Assert.False(new ReceiveRing(8192).IsPosition(8192));
        Assert.False(new ReceiveRing(8192).IsPosition(6));
        Assert.True(new ReceiveRing(8192).IsPosition(8188));
    }

    private static string? Violation(int length, Func<int, int, int> next, Func<int, int, int> available)
    {
        var random = new Random(length);
        int read = 0;
        long readEndless = 0, writtenEndless = 0;
        var records = new Queue<int>();
        for (int step = 0; step < 20_000; step++)
        {
            int frame = random.Next(1, 1519);
            int takes = (4 + frame + 3) / 4 * 4;
            if (writtenEndless - readEndless + takes < length)
            {
                records.Enqueue(frame);
                writtenEndless += takes;
            }

            int written = (int)(writtenEndless % length);
            if (available(read, written) != writtenEndless - readEndless) return $"step {step}: {available(read, written)} bytes available instead of {writtenEndless - readEndless}";
            while (records.Count > 0 && random.Next(3) != 0)
            {
                int taken = records.Dequeue();
                read = next(read, taken);
                readEndless += (4 + taken + 3) / 4 * 4;
                if (read != readEndless % length) return $"step {step}: at {read} instead of {readEndless % length}";
            }
        }

        return null;
    }
}
