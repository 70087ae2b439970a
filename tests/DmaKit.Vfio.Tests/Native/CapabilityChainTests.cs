using System.Buffers.Binary;
using DmaKit.Vfio.Native;

namespace DmaKit.Vfio.Tests;

public sealed class CapabilityChainTests
{
    [Fact]
    public void A_capability_is_found_wherever_it_lies_in_the_chain()
    {
        byte[] answer = new byte[128];
        Put(answer, 32, id: 3, next: 96);
        Put(answer, 96, id: 1, next: 0);
        BinaryPrimitives.WriteUInt32LittleEndian(answer.AsSpan(104), 1);
        BinaryPrimitives.WriteUInt64LittleEndian(answer.AsSpan(112), 0x1000);
        BinaryPrimitives.WriteUInt64LittleEndian(answer.AsSpan(120), 0xFEDF_FFFF);
        Assert.Equal([(0x1000ul, 0xFEDF_FFFFul)], CapabilityChain.Pairs(CapabilityChain.Find(answer, 32, 1)));
        Assert.False(CapabilityChain.Find(answer, 32, 3).IsEmpty);
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(4u)]
    [InlineData(1000u)]
    public void Where_there_is_none_nothing_is_found(uint first)
    {
        Assert.True(CapabilityChain.Find(new byte[64], first, 1).IsEmpty);
        Assert.Empty(CapabilityChain.Pairs([]));
    }

    [Fact]
    public void A_chain_that_leads_back_to_itself_ends()
    {
        byte[] answer = new byte[64];
        Put(answer, 16, id: 2, next: 16);
        Assert.True(CapabilityChain.Find(answer, 16, 1).IsEmpty);
    }

    [Fact]
    public void A_count_beyond_the_answer_is_cut()
    {
        byte[] capability = new byte[8 + 16];
        BinaryPrimitives.WriteUInt32LittleEndian(capability, uint.MaxValue);
        Assert.Single(CapabilityChain.Pairs(capability));
    }

    private static void Put(byte[] answer, int at, ushort id, uint next)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(answer.AsSpan(at), id);
        BinaryPrimitives.WriteUInt16LittleEndian(answer.AsSpan(at + 2), 1);
        BinaryPrimitives.WriteUInt32LittleEndian(answer.AsSpan(at + 4), next);
    }
}
