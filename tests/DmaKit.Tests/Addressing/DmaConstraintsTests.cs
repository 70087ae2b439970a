namespace DmaKit.Tests;

public sealed class DmaConstraintsTests
{
    [Fact]
    public void A2_InvalidValuesThrowNamingValueAndLegalRange()
    {
        Check(() => new DmaConstraints { AddressBits = 0 }, "AddressBits is 0", "1 to 64");
        Check(() => new DmaConstraints { AddressBits = 65 }, "AddressBits is 65", "1 to 64");
        Check(() => new DmaConstraints { MaxElements = 0 }, "MaxElements is 0", "1 or more");
        Check(() => new DmaConstraints { MaxElementLength = -1 }, "MaxElementLength is -1", "1 or more");
        Check(() => new DmaConstraints { Boundary = 3000 }, "Boundary is 3000", "power of two");
        Check(() => new DmaConstraints { ElementAlignment = 12 }, "ElementAlignment is 12", "power of two");
        Check(() => new DmaConstraints { LengthGranularity = 0 }, "LengthGranularity is 0", "1 or more");
        Check(() => new DmaConstraints { MaxTransferLength = 0 }, "MaxTransferLength is 0", "1 or more");
    }

    [Fact]
    public void A2_IntersectTakesTheStricterOfEach()
    {
        var device = new DmaConstraints { AddressBits = 32, MaxElements = 5, Boundary = 65536, ElementAlignment = 4, LengthGranularity = 4, MaxTransferLength = 1 << 20 };
        var bus = new DmaConstraints { AddressBits = 40, MaxElementLength = 4096, Boundary = 4096, ElementAlignment = 16, LengthGranularity = 6, LastElementGranular = true };
        DmaConstraints both = device.Intersect(bus);
        Assert.Equal(32, both.AddressBits);
        Assert.Equal(5, both.MaxElements);
        Assert.Equal(4096, both.MaxElementLength);
        Assert.Equal(4096, both.Boundary);
        Assert.Equal(16, both.ElementAlignment);
        Assert.Equal(12, both.LengthGranularity);
        Assert.True(both.LastElementGranular);
        Assert.Equal(1 << 20, both.MaxTransferLength);
        Assert.Equal(both, bus.Intersect(device));
        Assert.Equal(device, device.Intersect(DmaConstraints.None));
    }

    [Fact]
    public void A2_WithoutScatterGatherThereIsOneElement()
    {
        Assert.Equal(1, new DmaConstraints { ScatterGather = false, MaxElements = 8 }.MaxElements);
        Assert.Equal(1, new DmaConstraints { MaxElements = 8 }.Intersect(new DmaConstraints { ScatterGather = false }).MaxElements);
    }

    [Fact]
    public void A2_ReachFollowsTheAddressBits()
    {
        var limits = new DmaConstraints { AddressBits = 28 };
        Assert.Equal(new LogicalAddress(0x0FFF_FFFF), limits.HighestAddress);
        Assert.True(limits.Reaches(new LogicalRange(new LogicalAddress(0x0FFF_F000), 0x1000)));
        Assert.False(limits.Reaches(new LogicalRange(new LogicalAddress(0x0FFF_F000), 0x1001)));
        Assert.Equal(new LogicalAddress(ulong.MaxValue), DmaConstraints.None.HighestAddress);
    }

    private static void Check(Func<DmaConstraints> make, params string[] words)
    {
        ArgumentOutOfRangeException error = Assert.Throws<ArgumentOutOfRangeException>(() => make());
        foreach (string word in words) Assert.Contains(word, error.Message, StringComparison.Ordinal);
    }
}
