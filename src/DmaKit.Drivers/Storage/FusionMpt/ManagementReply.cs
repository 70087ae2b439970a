namespace DmaKit.Drivers;

/// <summary>What the adapter said of a request about itself.</summary>
/// <param name="IocStatus">Its verdict; 0 for success.</param>
/// <param name="ResponseCode">For task management: how it went.</param>
/// <param name="Count">For task management: how many commands were ended.</param>
internal readonly record struct ManagementReply(ushort IocStatus, byte ResponseCode, uint Count);
