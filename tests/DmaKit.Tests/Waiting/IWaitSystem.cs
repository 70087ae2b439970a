namespace DmaKit.Tests;

/// <summary>What is tested: the library, or a twin with a known defect.</summary>
internal interface IWaitSystem : IDisposable
{
    /// <summary>How many units of a resource there are.</summary>
    int Total(WaitResource resource);

    /// <summary>Whether units have a run together.</summary>
    bool Adjacent(int unit, int next);

    void Start(WaitTicket ticket);

    void Give(WaitTicket ticket);

    void Cancel(WaitTicket ticket);

    /// <summary>How far the system says it is, and with which units.</summary>
    (WaitState State, int[] Units) Look(WaitTicket ticket);
}
