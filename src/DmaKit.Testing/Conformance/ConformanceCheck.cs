namespace DmaKit.Testing;

/// <summary>One check of the suite: the contract that it checks, in words, and what it does.</summary>
/// <param name="Name">Begins with the contract's id, such as <c>CB1_LogicalAddressesAreContiguous</c>.</param>
/// <param name="RunAsync">Does the check; throws <see cref="ConformanceException"/> when the platform breaks the contract.</param>
public sealed record ConformanceCheck(string Name, Func<DeviceHand, Task> RunAsync)
{
    /// <summary>The name.</summary>
    public override string ToString() => Name;
}
