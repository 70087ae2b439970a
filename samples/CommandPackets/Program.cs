using DmaKit;
using DmaKit.Devices;
using DmaKit.Drivers;
using DmaKit.Emulation;
using DmaKit.Platforms;

// A mailbox device takes command packets: it copies data into a memory of its own, back out of it, and sums it up.
const int Pieces = 1024, Piece = 1024;
await using var machine = new EmulatedPlatform(new() { Seed = 1 });
string address = machine.Add(new MailboxDevice());
await using PciFunction function = await machine.OpenAsync(address);

// Eight packets in a common buffer: so many commands are at the device at once, however many callers there are.
await using MailboxDriver mailbox = MailboxDriver.Start(function, packets: 8);
Console.WriteLine($"{mailbox.Packets} packets, and {mailbox.Length} bytes of memory in the device");

// 1,024 callers at once. Each rents a packet, or waits for one: first come, first served.
byte[] data = new byte[Pieces * Piece];
new Random(1).NextBytes(data);
await Task.WhenAll(Enumerable.Range(0, Pieces).Select(i => mailbox.WriteAsync(i * Piece, data.AsMemory(i * Piece, Piece)).AsTask()));
CommandPoolStatistics after = mailbox.Statistics;
Console.WriteLine($"{after.PostedTotal} commands were posted, never more than {after.PostedHighWater} at a time");

// A command without data needs no map register; its packet needs none anyway.
uint sum = await mailbox.ChecksumAsync(0, data.Length);
Console.WriteLine($"the device's checksum is {(sum == Adler32(data) ? "right" : "wrong")}");

// System buffers are reached where they lie; the array above was copied through map registers.
using SystemBuffer back = machine.AllocateSystemBuffer(data.Length);
await mailbox.ReadAsync(0, back.Memory());
Console.WriteLine($"read back {(back.Span(0, data.Length).SequenceEqual(data) ? "equal" : "changed")}");
MappingStatistics mappings = function.Domain.Mappings;
Console.WriteLine($"{mappings.BouncedBytes} bytes were copied through map registers, {mappings.DirectBytes} were not copied");

static uint Adler32(ReadOnlySpan<byte> bytes)
{
    uint a = 1, b = 0;
    foreach (byte value in bytes)
    {
        a = (a + value) % 65521;
        b = (b + a) % 65521;
    }

    return (b << 16) | a;
}
