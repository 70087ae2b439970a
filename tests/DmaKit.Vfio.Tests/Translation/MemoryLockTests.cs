namespace DmaKit.Vfio.Tests;

public sealed class MemoryLockTests
{
    private const string Limits = "Limit                     Soft Limit           Hard Limit           Units     \nMax locked memory         8388608              9999999              bytes     \nMax open files 10 20 files\n";

    [Fact]
    public void The_soft_limit_binds_a_process_without_the_capability()
    {
        var locks = MemoryLock.Parse(Limits, "Name:\tx\nVmLck:\t    2048 kB\nCapEff:\t00000000a80425fb\n");
        Assert.Equal(new MemoryLock(8 << 20, 2 << 20), locks);
        Assert.Equal(6 << 20, locks.Left);
    }

    [Fact]
    public void The_capability_lifts_it() => Assert.Equal(new MemoryLock(null, 0), MemoryLock.Parse(Limits, "VmLck:\t0 kB\nCapEff:\t0000000000004000\n"));

    [Fact]
    public void Unlimited_is_no_limit() =>
        Assert.Equal(long.MaxValue, MemoryLock.Parse("Max locked memory         unlimited            unlimited            bytes\n", "VmLck:\t 4 kB\nCapEff:\t0\n").Left);

    [Fact]
    public void More_locked_than_allowed_leaves_nothing() => Assert.Equal(0, new MemoryLock(4096, 8192).Left);

    [Fact]
    public void This_process_has_one_where_there_is_Linux()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The texts are Linux's.");
        Assert.True(MemoryLock.OfThisProcess().Locked >= 0);
    }
}
