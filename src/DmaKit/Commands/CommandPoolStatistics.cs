namespace DmaKit;

/// <summary>The state of a command pool.</summary>
/// <param name="Capacity">How many packets there are.</param>
/// <param name="Free">How many are free.</param>
/// <param name="Posted">How many the device has.</param>
/// <param name="Quarantined">How many the device still has although their callers gave up.</param>
/// <param name="Waiting">How many callers wait for a packet.</param>
/// <param name="PostedTotal">Commands posted since the pool was made.</param>
/// <param name="CompletedTotal">Commands whose tag came back in time.</param>
/// <param name="LateTotal">Commands whose tag came back after their caller gave up.</param>
/// <param name="UnknownTags">Tags given back that name no slot.</param>
/// <param name="StaleTags">Tags given back twice or never posted.</param>
/// <param name="PostedHighWater">The most commands that the device had at once.</param>
public readonly record struct CommandPoolStatistics(
    int Capacity, int Free, int Posted, int Quarantined, int Waiting,
    long PostedTotal, long CompletedTotal, long LateTotal, long UnknownTags, long StaleTags, int PostedHighWater);
