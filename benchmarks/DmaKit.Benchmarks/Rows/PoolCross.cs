using DmaKit.Benchmarks.Native;

namespace DmaKit.Benchmarks;

/// <summary>One thread rents bursts of 32, another returns them; per block.</summary>
internal sealed class PoolCross : Row
{
    private readonly PoolCrossing _crossing = new();
    private readonly OtherCore _other;

    public PoolCross()
    {
        Dpdk.Open();
        _other = new OtherCore(Join, Dpdk.Leave);
    }

    public override string Id => "pool-cross";

    public override string Title => "block pool, rented by one thread and returned by another, bursts of 32";

    public override string Peer => "DPDK mempool and ring";

    public override double Must => 1.6;

    public override double Aim => 1.0;

    public override string Note => "medians; handles checked on every return; ours through a ring of handles in the row itself";

    public override Measurement Measure(Sampler sampler) => sampler.Compare(
        new Side(_crossing.Play, () => _crossing.Begin(_other), _other.End, () => _other.Allocated),
        new Side(Dpdk.Cross, () => Dpdk.BeginReturning(_other), _other.End),
        typical: true);

    public override void Dispose()
    {
        _other.Dispose();
        _crossing.Dispose();
    }

    private static void Join()
    {
        if (Dpdk.Join() != 0) throw new InvalidOperationException("DPDK did not register the thread.");
    }
}
