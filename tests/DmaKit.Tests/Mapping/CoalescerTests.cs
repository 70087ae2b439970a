namespace DmaKit.Tests;

/// <summary>The coalescer against all ways there are, and its blocks through the life of a mapping.</summary>
public sealed class CoalescerTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task K1_CopiesTheFewestBytesThatFit(int seed)
    {
        var random = new Random(seed);
        await using var machine = new TestMachine(limits: DmaConstraints.None);
        using CommonBuffer common = machine.Dma.AllocateCommonBuffer(4096);
        int coalesced = 0, impossible = 0, cutsHelped = 0;
        for (int round = 0; round < 1500; round++)
        {
            int granularity = 1 << random.Next(3);
            var limits = new DmaConstraints
            {
                MaxElements = 1 + random.Next(5),
                ElementAlignment = random.Next(2) == 0 ? 1 : 1 << random.Next(4),
                LengthGranularity = granularity,
                LastElementGranular = random.Next(4) == 0,
                Boundary = random.Next(3) == 0 ? 16 << random.Next(3) : 0,
            };
            int capacity = random.Next(2) == 0 ? 64 : Math.Max(granularity, 4 + random.Next(9) - random.Next(9) % granularity);
            await using DmaAdapter dma = machine.Function.CreateAdapter(limits);
            using BlockPool pool = BlockPool.Create(dma, new BlockPoolOptions { BlockLength = limits.Boundary == 0 ? capacity : (int)Math.Min(capacity, limits.Boundary), Count = 64, Alignment = 16, Boundary = limits.Boundary });
            var coalescer = new Coalescer(pool);
            var places = new List<LogicalRange>();
            using BufferChain chain = BufferChain.Rent();
            int at = random.Next(64), total = 0, count = 1 + random.Next(8);
            for (int i = 0; i < count && total < 11 * granularity; i++)
            {
                int length = 1 + random.Next(Math.Min(4 * granularity, (11 * granularity) - total));
                if (random.Next(2) == 0) length = (length + granularity - 1) / granularity * granularity;
                places.Add(new LogicalRange(common.LogicalAt(at), length));
                chain.Add(common, at, length);
                at += length + (random.Next(5) == 0 ? 0 : random.Next(24));
                total += length;
            }

            long block = pool.BlockLength;
            if (block < total) block -= block % granularity;
            (long Bytes, int Elements)? least = CoalesceOracle.Least(places, limits, block);
            string what = $"seed {seed}, round {round}: {string.Join(", ", places)} under {limits}, blocks of {pool.BlockLength}";
            DmaMapping mapping;
            try
            {
                Assert.True(dma.TryMap(chain, DmaDirection.ToDevice, new MappingOptions { Coalescer = coalescer }, out mapping));
            }
            catch (DmaMappingException)
            {
                Assert.True(least is null, what + $": {least} would do");
                impossible++;
                continue;
            }

            if (mapping.BouncedBytes > 0)
            {
                // Not even blocks could mend it: registers did.
                Assert.True(least is null, what + $": bounced, though {least} would do");
                mapping.Complete(0);
                continue;
            }

            Assert.True(least is not null, what + ": nothing fits");
            Assert.True(least.Value == (mapping.CoalescedBytes, mapping.Elements.Length), what + $": {(mapping.CoalescedBytes, mapping.Elements.Length)} instead of {least}");
            Assert.True(ElementOracle.Violations(mapping.Elements, limits) is [], what);
            if (mapping.CoalescedBytes > 0) coalesced++;
            if (mapping.CoalescedBytes > 0 && CoalesceOracle.Least(places, limits, block, allowCuts: false) is not { } whole) cutsHelped++;
            else if (mapping.CoalescedBytes > 0 && CoalesceOracle.Least(places, limits, block, allowCuts: false)!.Value.Bytes > mapping.CoalescedBytes) cutsHelped++;
            mapping.Complete(0);
            Assert.Equal(pool.Capacity, pool.Available);
        }

        Assert.True(coalesced > 400 && cutsHelped > 100, $"seed {seed}: {coalesced} coalesced, {impossible} impossible, cuts helped in {cutsHelped}");
    }
}
