using System.Text;
using DmaKit.Platforms;

namespace DmaKit.Vfio.GuestTests;

/// <summary>As much of an NVM Express controller as a test needs: it is switched on with an admin queue of 16 entries, and takes one command at a time.</summary>
/// <remarks>
/// Registers and commands: NVM Express base specification 1.4, sections 3.1, 4.2, 4.6 and 5. CAP 0x00, CC 0x14, CSTS 0x1C, AQA 0x24, ASQ 0x28, ACQ 0x30;
/// doorbells from 0x1000, 4 bytes each, a tail and a head for every queue.
/// </remarks>
internal sealed class NvmeController : IAsyncDisposable
{
    internal const int Configuration = 0x14, Status = 0x1C;
    internal const byte CreateSubmission = 0x01, CreateCompletion = 0x05, Identify = 0x06, Flush = 0x00;

    private const int AdminSizes = 0x24, AdminSubmission = 0x28, AdminCompletion = 0x30, Doorbells = 0x1000;
    private const int Entries = 16, SubmissionBytes = 64, CompletionBytes = 16, PageBytes = 4096, Queues = 2;

    // Entries of 64 and 16 bytes, as powers of two; bit 0 switches on.
    private const uint On = (4 << 20) | (6 << 16) | 1;

    private readonly RegisterWindow _registers;
    private readonly int[] _tails = new int[Queues];
    private readonly int[] _heads = new int[Queues];
    private ushort _lastId;

    internal NvmeController(PciFunction function)
    {
        Function = function;
        _registers = function.MapBar(0);
        Adapter = function.CreateAdapter(new DmaConstraints { AddressBits = 64, MaxElements = 2 });

        // A submission and a completion queue for each of two, and a page of data.
        Memory = Adapter.AllocateCommonBuffer((Queues * 2 + 1) * PageBytes);
    }

    internal PciFunction Function { get; }

    internal DmaAdapter Adapter { get; }

    internal CommonBuffer Memory { get; }

    /// <summary>Where commands put their data: 4 KiB.</summary>
    internal LogicalAddress Data => Memory.LogicalAt(Queues * 2 * PageBytes);

    /// <summary>The serial number that IDENTIFY has put into the data: 20 characters from byte 4.</summary>
    internal string SerialNumber => Encoding.ASCII.GetString(Memory.Span(Queues * 2 * PageBytes + 4, 20)).Trim();

    internal bool IsOn => (_registers.Read32(Configuration) & 1) != 0;

    internal bool IsReady => (_registers.Read32(Status) & 1) != 0;

    internal LogicalAddress SubmissionQueue(int queue) => Memory.LogicalAt(queue * 2 * PageBytes);

    internal LogicalAddress CompletionQueue(int queue) => Memory.LogicalAt((queue * 2 + 1) * PageBytes);

    /// <summary>Tells it where its admin queue is, and switches it on.</summary>
    internal async Task SwitchOnAsync()
    {
        Memory.Span(0, (int)Memory.Length).Clear();
        Array.Clear(_tails);
        Array.Clear(_heads);
        Function.BusMaster = true;
        _registers.Write32(AdminSizes, ((Entries - 1) << 16) | (Entries - 1));
        _registers.Write64(AdminSubmission, SubmissionQueue(0).Value);
        _registers.Write64(AdminCompletion, CompletionQueue(0).Value);
        _registers.Write32(Configuration, On);
        while (!IsReady) await Task.Delay(TimeSpan.FromMilliseconds(1), Function.Platform.Clock);
    }

    /// <summary>Gives it a command and waits for the interrupt, and nothing else, that says it is done.</summary>
    /// <returns>Its status: 0 for success.</returns>
    internal async Task<int> RunAsync(int queue, InterruptVector vector, byte operation, uint nameSpace, LogicalAddress data, uint word10, uint word11 = 0)
    {
        long at = queue * 2 * PageBytes + _tails[queue] * SubmissionBytes;
        Memory.Span(at, SubmissionBytes).Clear();
        Memory.Write(at, operation | ((uint)++_lastId << 16));
        Memory.Write(at + 4, nameSpace);
        Memory.Write(at + 24, data.Value);
        Memory.Write(at + 40, word10);
        Memory.Write(at + 44, word11);
        _tails[queue] = (_tails[queue] + 1) % Entries;
        _registers.Write32(Doorbells + queue * 8, (uint)_tails[queue]);
        await vector.WaitAsync(TestContext.Current.CancellationToken);
        long done = (queue * 2 + 1) * PageBytes + _heads[queue] * CompletionBytes;
        uint answer = Memory.Read<uint>(done + 12);
        Assert.Equal(_lastId, (ushort)answer);
        Assert.Equal(1u, (answer >> 16) & 1);
        _heads[queue] = (_heads[queue] + 1) % Entries;
        _registers.Write32(Doorbells + queue * 8 + 4, (uint)_heads[queue]);
        return (int)(answer >> 17);
    }

    public ValueTask DisposeAsync()
    {
        Memory.Dispose();
        return Adapter.DisposeAsync();
    }
}
