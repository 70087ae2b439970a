using System.Globalization;
using DmaKit.Devices;
using DmaKit.Emulation;

namespace DmaKit.Cli;

/// <summary>One plan of the torture: a machine, a driver's work and what goes wrong, all of it made from one seed.</summary>
internal sealed class TorturePlan
{
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(10);

    private readonly int _seed;
    private readonly TorturePlant _plant;
    private readonly FaultPlan? _chosen;

    /// <summary>Makes a plan.</summary>
    /// <param name="seed">Its seed.</param>
    /// <param name="plant">A bug in our own place.</param>
    /// <param name="chosen">Faults chosen by hand; null for the seed's.</param>
    /// <param name="work">The name of the driver's work; null for the seed's.</param>
    internal TorturePlan(int seed, TorturePlant plant = TorturePlant.None, FaultPlan? chosen = null, string? work = null) =>
        (_seed, _plant, _chosen, Work) = (seed, plant, chosen, work);

    /// <summary>All names of work.</summary>
    internal static IReadOnlyList<string> AllWork { get; } = ["storage", "network", "sound", "mailbox", "edu", "memory"];

    /// <summary>Which driver's work it is; from the seed once it has run.</summary>
    internal string? Work { get; private set; }

    /// <summary>Runs it on a fresh machine.</summary>
    internal TortureResult Run()
    {
        var random = new Random(_seed);
        EmulatedPlatformOptions options = MakeOptions(_seed, random);
        var machine = new EmulatedPlatform(options);
        var oracle = new ReuseOracle(machine);
        var bench = new TortureBench(machine, oracle, random)
        {
            ExcusesErrors = _plant == TorturePlant.EarlyReuse,
            Plant = _plant switch
            {
                TorturePlant.LostIrq => device => new ForgetfulPath(device, _seed),
                TorturePlant.DoubleTag => device => new CredulousTags(device),
                _ => null,
            },
        };
        if (random.Next(2) == 0) machine.AddObserver(bench.Leaks);
        TortureScenario scenario = MakeScenario(bench, random);
        Work = scenario.Name;
        DeviceModel model = scenario.MakeModel();
        FaultPlan faults = _chosen is null ? MakeFaults(FaultTarget.For(model, options.Iommu)) : new FaultPlan(_chosen.Faults, _seed);
        var text = TortureBench.Text($"plan {_seed}: {scenario.Name}, {Describe(options)}; faults: {faults}");
        bool over = Play(bench, () => RunAsync(scenario, bench, model, faults));
        long hung = over ? 0 : Math.Max(1, bench.Open.Count);
        foreach (string open in bench.Open) bench.Note($"hung: {open}");
        if (!over && bench.Open.Count == 0) bench.Note("hung: the work does not end");
        if (oracle.IsStuck) hung = Math.Max(1, hung);
        foreach (string stuck in oracle.Stuck) bench.Note($"hung: {stuck}");
        if (over) Close(bench);

        return new TortureResult(_seed, text, faults.Describe(), bench.Requests, hung, bench.Lost, oracle.Reused, faults.Struck, [.. bench.Findings, .. oracle.Violations.Select(v => $"reused: {v}")]);
    }

    private static async Task RunAsync(TortureScenario scenario, TortureBench bench, DeviceModel model, FaultPlan faults)
    {
        Task work = scenario.RunAsync(model, faults);
        await Task.WhenAny(work, bench.PauseAsync(s_longest)).ConfigureAwait(false);
        if (!work.IsCompleted) throw new TimeoutException();
        await work.ConfigureAwait(false);
    }

    /// <summary>Lets the machine run until the work is over or nothing is left to do.</summary>
    /// <returns>Whether the work is over.</returns>
    private static bool Play(TortureBench bench, Func<Task> work)
    {
        try
        {
            bench.Machine.Run(work);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
        catch (InvalidOperationException e)
        {
            // The stepped machine says what hangs.
            bench.Note(e.Message);
            return false;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // It came through no request: a continuation or a close threw what nobody waits for.
            bench.Lose($"the work was left by {e.GetType().Name}: {e.Message} {e.StackTrace?.Split('\n').FirstOrDefault()?.Trim()}");
            return true;
        }
    }

    private static void Close(TortureBench bench)
    {
        ValueTask closing = bench.Machine.DisposeAsync();
        if (!closing.IsCompleted) bench.Note("the machine does not close at once");
        try
        {
            closing.GetAwaiter().GetResult();
        }
        catch (DmaMisuseException)
        {
            // Its misuse reports, once more.
        }
    }

    /// <summary>Whether the machine of a seed has an IOMMU, without which some faults make no sense.</summary>
    internal static bool HasIommu(int seed) => MakeOptions(seed, new Random(seed)).Iommu;

    private static EmulatedPlatformOptions MakeOptions(int seed, Random random)
    {
        long memory = (long)random.Next(8, 33) << 20;
        return new EmulatedPlatformOptions
        {
            Stepped = true,
            Seed = seed,
            MemoryBytes = memory,
            LowMemoryBytes = random.Next(3) == 0 ? memory / 2 : null,
            SystemBuffersAbove4G = random.Next(2) == 0,
            Fragmentation = random.Next(3) == 0 ? random.NextDouble() * 0.9 : 0,
            Iommu = random.Next(2) == 0,
            SeparateDomains = random.Next(2) == 0,
            MapRegisters = random.Next(3) == 0 ? random.Next(16, 64) : random.Next(64, 257),
            AllowMessages = random.Next(2) == 0,
            HangGrace = TimeSpan.FromSeconds(3),
        };
    }

    private TortureScenario MakeScenario(TortureBench bench, Random random)
    {
        int number = random.Next(10);
        string name = Work ?? _plant switch
        {
            TorturePlant.EarlyReuse => "storage",
            TorturePlant.DoubleTag => "mailbox",
            _ => number switch { < 3 => "storage", 3 or 4 => "mailbox", 5 => "network", 6 => "sound", 7 => "edu", 8 => "memory", _ => AllWork[bench.Random.Next(AllWork.Count)] },
        };
        return name switch
        {
            "storage" => new StorageTorture(bench) { PretendsQuiet = _plant == TorturePlant.EarlyReuse },
            "network" => new NetworkTorture(bench),
            "sound" => new SoundTorture(bench),
            "mailbox" => new MailboxTorture(bench),
            "edu" => new EduTorture(bench),
            "memory" => new MemoryTorture(bench),
            _ => throw new ArgumentException($"There is no work '{name}'; there is: {string.Join(", ", AllWork)}."),
        };
    }

    private FaultPlan MakeFaults(FaultTarget target) => _plant switch
    {
        // Where our own code is broken, no fault of the device may excuse it.
        TorturePlant.EarlyReuse or TorturePlant.LostIrq => new FaultPlan([], _seed),
        TorturePlant.DoubleTag => new FaultPlan([new Fault(FaultKind.DoubleTag, _seed % 20, 10)], _seed),
        _ => FaultPlan.FromSeed(_seed, target),
    };

    private static string Describe(EmulatedPlatformOptions options) => string.Create(
        CultureInfo.InvariantCulture,
        $"{options.MemoryBytes >> 20} MiB{(options.LowMemoryBytes is { } low ? $" ({low >> 20} low)" : "")}, {(options.Iommu ? "IOMMU" : "no IOMMU")}, {options.MapRegisters} map registers{(options.AllowMessages ? "" : ", lines only")}");
}
