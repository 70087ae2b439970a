namespace DmaKit.Tests;

public sealed class LogicalAddressTests
{
    [Fact]
    public void A1_ArithmeticIsChecked()
    {
        var address = new LogicalAddress(0x1000);
        Assert.Equal(new LogicalAddress(0x1800), address + 0x800);
        Assert.Equal(new LogicalAddress(0x800), address - 0x800);
        Assert.Equal(new LogicalAddress(0x800), address + -0x800);
        Assert.Equal(0x800, new LogicalAddress(0x1800) - address);
        Assert.Throws<OverflowException>(() => address - 0x1001);
        Assert.Throws<OverflowException>(() => new LogicalAddress(ulong.MaxValue) + 1);
        Assert.Throws<OverflowException>(() => new LogicalAddress(ulong.MaxValue) - new LogicalAddress(0));
        Assert.Equal(new LogicalAddress(0), new LogicalAddress(1UL << 63) + long.MinValue);
    }

    [Fact]
    public void A1_TheNumberLeavesOnlyByNamedParts()
    {
        var high = new LogicalAddress(0x1_2345_6789);
        Assert.Equal(0x1_2345_6789UL, high.Value);
        Assert.Equal(1u, high.High32);
        Assert.Equal(0x2345_6789u, high.LowHalf);
        OverflowException error = Assert.Throws<OverflowException>(() => high.Low32);
        Assert.Contains("0x123456789", error.Message, StringComparison.Ordinal);
        Assert.Contains("AddressBits = 32", error.Message, StringComparison.Ordinal);
        Assert.Equal(uint.MaxValue, new LogicalAddress(uint.MaxValue).Low32);
        Assert.DoesNotContain(
            typeof(LogicalAddress).GetMethods(), m => m.Name is "op_Implicit" or "op_Explicit");
    }

    [Theory]
    [InlineData(0UL, "0x00000000")]
    [InlineData(0x12F000UL, "0x0012F000")]
    [InlineData(0x1_0000_0000UL, "0x100000000")]
    public void A1_TextIsHexadecimal(ulong value, string text) => Assert.Equal(text, new LogicalAddress(value).ToString());

    [Fact]
    public void A1_AlignmentIsAPowerOfTwo()
    {
        Assert.True(new LogicalAddress(0x3000).IsAligned(0x1000));
        Assert.False(new LogicalAddress(0x3008).IsAligned(0x10));
        Assert.Throws<ArgumentOutOfRangeException>(() => new LogicalAddress(0).IsAligned(3));
        Assert.Throws<ArgumentOutOfRangeException>(() => new LogicalAddress(0).IsAligned(0));
    }

    [Fact]
    public void A1_RangesKnowTheirEnds()
    {
        var range = new LogicalRange(new LogicalAddress(0x1000), 0x1000);
        Assert.True(range.Contains(new LogicalAddress(0x1FFF)));
        Assert.False(range.Contains(new LogicalAddress(0x2000)));
        Assert.True(range.Overlaps(new LogicalRange(new LogicalAddress(0x1FFF), 1)));
        Assert.False(range.Overlaps(new LogicalRange(new LogicalAddress(0x2000), 1)));
        Assert.False(range.Overlaps(new LogicalRange(new LogicalAddress(0x1800), 0)));
        Assert.Equal(new LogicalAddress(ulong.MaxValue), new LogicalRange(new LogicalAddress(ulong.MaxValue), 1).Last);
        Assert.Throws<ArgumentOutOfRangeException>(() => new LogicalRange(new LogicalAddress(ulong.MaxValue), 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => new LogicalRange(default, -1));
    }
}
