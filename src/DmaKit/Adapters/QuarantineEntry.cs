namespace DmaKit;

/// <summary>A piece of memory that the program has given up but that a device may still touch.</summary>
/// <param name="What">What it is, by kind and name.</param>
/// <param name="Bytes">Its length in bytes.</param>
/// <param name="Device">The address of the function that was told about it.</param>
/// <param name="Reason">Why it is kept.</param>
/// <param name="Since">Since when, by the platform's clock.</param>
/// <param name="FreedBy">What would free it.</param>
public sealed record QuarantineEntry(string What, long Bytes, string Device, string Reason, DateTimeOffset Since, string FreedBy);
