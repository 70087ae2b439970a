using System.Buffers.Binary;
using System.Text;
using DmaKit.Devices;
using DmaKit.Platforms;
using DmaKit.Testing;

namespace DmaKit.Cli;

/// <summary>
/// <c>fuzz registers</c>: programs of register and configuration accesses, of memory that devices read, of time and of frames, for each device model in an emulated
/// machine. A model throws nothing, does a bounded number of things, and is as after power-on when it was reset. An access that is no legal one is refused by its window,
/// and ends its program.
/// </summary>
/// <param name="models">The models that are under test; null for the library's.</param>
internal sealed class RegistersTarget(IReadOnlyList<Func<ModelUnderTest>>? models = null) : FuzzTarget
{
    private const int MostSteps = 96;
    private const int LongestFrame = 2100;

    // A sound card has a turn for each frame of each converter, if its driver wants so; a SCSI command one for 1,024 elements of its list.
    private const long TurnsBefore = 10_000, TurnsForStep = 1_000;

    // Sound cards work as long as time goes on.
    private static readonly TimeSpan s_mostTime = TimeSpan.FromMilliseconds(1);

    private readonly IReadOnlyList<Func<ModelUnderTest>> _models = models ?? ModelUnderTest.Ours;
    private readonly RegisterBench?[] _benches = new RegisterBench?[(models ?? ModelUnderTest.Ours).Count];
    private readonly FuzzRandom _random = new(0);
    private readonly byte[] _frame = new byte[LongestFrame];
    private TimeSpan _timeLeft;

    public override string Name => "registers";

    public override IReadOnlyList<byte[]> Corpus { get; } =
        [.. FuzzCorpus.Of("registers").Select(sample => sample.Name.EndsWith(".txt", StringComparison.Ordinal) ? RegisterText.Compile(Encoding.ASCII.GetString(sample.Bytes)) : sample.Bytes)];

    public override int LongestInput => (MostSteps + 1) * RegisterStep.Length;

    /// <summary>A machine where there is none yet, and what is told of each transfer that is refused.</summary>
    public override long AllowedAllocation(int length) => (8 << 20) + 64L * 1024 * (length / RegisterStep.Length);

    /// <summary>A step is a transfer. A SCSI command may have a list of 34 segments, each as long as the memory that is shared.</summary>
    public override long AllowedSteps(int length) => 100_000 + 80_000L * (length / RegisterStep.Length);

    public override void Map(ReadOnlySpan<byte> sample, FuzzMap map)
    {
        map.Number(1, 1);
        for (int at = RegisterStep.Length; at < sample.Length; at += RegisterStep.Length)
        {
            map.Piece(at);
            for (int i = 0; i < 4; i++) map.Number(at + i, 1);
            map.Number(at + 4, 4);
            map.Number(at + 8, 4);
            map.Number(at + 8, 8);
            map.Number(at + 8, 1);
        }
    }

    public override FuzzOutcome Run(ReadOnlyMemory<byte> input)
    {
        ReadOnlySpan<byte> program = input.Span;
        int number = program.Length < RegisterStep.Length ? 0 : program[1] % _models.Count;
        RegisterBench bench = _benches[number] ??= new RegisterBench(_models[number]());
        try
        {
            bench.Model.Allow(AllowedSteps(input.Length), TurnsBefore + TurnsForStep * (input.Length / RegisterStep.Length));
            _timeLeft = s_mostTime;
            FuzzOutcome outcome = Play(bench, program);
            bench.Judge();
            bench.Restore();
            return outcome;
        }
        catch
        {
            bench.Dispose();
            _benches[number] = null;
            throw;
        }
    }

    public override void StartAfresh()
    {
        foreach (RegisterBench? bench in _benches) bench?.Dispose();
        Array.Clear(_benches);
    }

    protected override void Dispose(bool disposing) => StartAfresh();

    private FuzzOutcome Play(RegisterBench bench, ReadOnlySpan<byte> program)
    {
        for (int at = RegisterStep.Length; at + RegisterStep.Length <= program.Length; at += RegisterStep.Length)
        {
            if (!Do(bench, RegisterStep.From(program[at..]))) return FuzzOutcome.Refused;
            if (bench.Model.Broken is { } broken) throw new FuzzFailureException(broken);
        }

        return FuzzOutcome.Accepted;
    }

    /// <summary>One step.</summary>
    /// <returns>False when it was refused.</returns>
    private bool Do(RegisterBench bench, RegisterStep step)
    {
        switch (step.Operation)
        {
            case RegisterOperation.Write or RegisterOperation.Read or RegisterOperation.WriteAddress:
                return Access(bench, step);
            case RegisterOperation.Store:
                Store(bench, step, step.Value);
                return true;
            case RegisterOperation.StoreAddress:
                Store(bench, step, bench.AddressOf(PlaceOf(step.Value)));
                return true;
            case RegisterOperation.Fill:
                int place = step.Offset & RegisterBench.SharedLength - 1;
                _random.Restart(step.Value >> 32);
                _random.Fill(bench.Shared.Slice(place, Math.Min((int)step.Value & 0x3FF, RegisterBench.SharedLength - place)));
                return true;
            case RegisterOperation.Advance:
                var time = TimeSpan.FromTicks((long)Math.Min(step.Value, (ulong)_timeLeft.Ticks));
                _timeLeft -= time;
                bench.Advance(time);
                return true;
            case RegisterOperation.Run:
                bench.Run();
                return true;
            case RegisterOperation.Frame:
                Span<byte> frame = _frame.AsSpan(0, (int)((uint)step.Value % LongestFrame));
                _random.Restart(step.Value >> 32);
                _random.Fill(frame);
                if ((step.Value >> 32 & 1) != 0) frame[..Math.Min(frame.Length, 6)].Fill(0xFF);
                bench.Send(frame);
                return true;
            default:
                return AccessConfig(bench.Config, step);
        }
    }

    private static bool Access(RegisterBench bench, RegisterStep step)
    {
        int bar = step.AsItStands ? step.Bar : bench.Bars[step.Bar % bench.Bars.Count].Number;
        BarSpecification? there = bench.Bars.FirstOrDefault(b => b.Number == bar);
        long offset = step.AsItStands ? step.Offset : step.Offset & there!.Length - 1 & -step.Size;
        bool legal = there is not null && offset >= 0 && offset <= there.Length - step.Size && offset % step.Size == 0;
        try
        {
            RegisterWindow window = bench.Window(bar);
            if (step.Operation == RegisterOperation.Read) Read(window, offset, step.Size);
            else Write(window, offset, step.Size, step.Operation == RegisterOperation.Write ? step.Value : bench.AddressOf(PlaceOf(step.Value)));
        }
        catch (ArgumentOutOfRangeException e) when (!legal)
        {
            ClearError.Check(e);
            return false;
        }
        catch (DeviceLostException)
        {
            // Why, the judgement says.
            return true;
        }

        if (legal) return true;
        throw new FuzzFailureException($"an access of {step.Size} bytes at 0x{offset:X} of BAR {bar} was not refused");
    }

    private static bool AccessConfig(PciConfigSpace config, RegisterStep step)
    {
        int size = Math.Min(step.Size, 4), offset = step.AsItStands ? step.Offset : step.Offset & config.Length - 1 & -size;
        bool legal = offset >= 0 && offset <= config.Length - size && offset % size == 0;
        bool write = step.Operation == RegisterOperation.WriteConfig;
        try
        {
            switch (size)
            {
                case 1 when write:
                    config.Write8(offset, (byte)step.Value);
                    break;
                case 2 when write:
                    config.Write16(offset, (ushort)step.Value);
                    break;
                case 4 when write:
                    config.Write32(offset, (uint)step.Value);
                    break;
                case 1:
                    config.Read8(offset);
                    break;
                case 2:
                    config.Read16(offset);
                    break;
                default:
                    config.Read32(offset);
                    break;
            }
        }
        catch (ArgumentOutOfRangeException e) when (!legal)
        {
            ClearError.Check(e);
            return false;
        }

        if (legal) return true;
        throw new FuzzFailureException($"an access of {size} bytes at 0x{offset:X} of the configuration space was not refused");
    }

    private static int PlaceOf(ulong value) => (int)(value & RegisterBench.SharedLength - 1);

    private static void Store(RegisterBench bench, RegisterStep step, ulong value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        int place = Math.Min(step.Offset & RegisterBench.SharedLength - 1, RegisterBench.SharedLength - step.Size);
        bytes[..step.Size].CopyTo(bench.Shared[place..]);
    }

    private static void Read(RegisterWindow window, long offset, int size)
    {
        switch (size)
        {
            case 1:
                window.Read8(offset);
                break;
            case 2:
                window.Read16(offset);
                break;
            case 4:
                window.Read32(offset);
                break;
            default:
                window.Read64(offset);
                break;
        }
    }

    private static void Write(RegisterWindow window, long offset, int size, ulong value)
    {
        switch (size)
        {
            case 1:
                window.Write8(offset, (byte)value);
                break;
            case 2:
                window.Write16(offset, (ushort)value);
                break;
            case 4:
                window.Write32(offset, (uint)value);
                break;
            default:
                window.Write64(offset, value);
                break;
        }
    }
}
