using System.Globalization;
using DmaKit.Benchmarks;
using DmaKit.Benchmarks.Native;

// Every row, in the order of the table. A new one is a file in Rows and a line here.
(string Id, Func<Row> Make)[] rows =
[
    ("pool-replace", () => new PoolReplace()),
    ("pool-implicit", () => new PoolImplicit()),
    ("pool-bulk", () => new PoolBulk()),
    ("pool-cross", () => new PoolCross()),
    ("pool-bulk-shuffled", () => new PoolBulkShuffled()),
    ("heap-trace", () => new HeapTrace("mimalloc", "heap-trace", must: 1.9, aim: 1.5)),
    ("heap-trace-tcmalloc", () => new HeapTrace("tcmalloc", "heap-trace-tcmalloc")),
    ("heap-trace-jemalloc", () => new HeapTrace("jemalloc", "heap-trace-jemalloc")),
    ("heap-cached", () => new HeapTrace("mimalloc", "heap-cached", must: 1.1, aim: 0.8, frontCaches: true)),
    ("heap-footprint", () => new HeapFootprint(frontCaches: false)),
    ("heap-cached-footprint", () => new HeapFootprint(frontCaches: true)),
    ("heap-align-4096", () => new HeapAlign4096()),
    ("ring-qd1", () => new RingDepth1()),
    ("ring-qd32", () => new RingDepth32()),
    ("gather-large", () => new Gather(1024, 8192)),
    ("gather-small", () => new Gather(16, 256)),
    ("map-direct", () => new MapDirect()),
    ("map-direct-1x65536-hot", () => new MapCost(MapWay.Direct, 65536, 1, cold: false)),
    ("map-bounce-1x2048-hot", () => new MapCost(MapWay.Bounce, 2048, 1, cold: false)),
    ("map-bounce-1x65536-hot", () => new MapCost(MapWay.Bounce, 65536, 1, cold: false)),
    ("map-bounce-4x65536-hot", () => new MapCost(MapWay.Bounce, 65536, 4, cold: false)),
    ("map-coalesce-3x512-hot", () => new MapCost(MapWay.Coalesce, 512, 3, cold: false)),
    ("map-coalesce-16x4096-hot", () => new MapCost(MapWay.Coalesce, 4096, 16, cold: false)),
    ("map-direct-1x65536-cold", () => new MapCost(MapWay.Direct, 65536, 1, cold: true)),
    ("map-bounce-1x2048-cold", () => new MapCost(MapWay.Bounce, 2048, 1, cold: true)),
    ("map-bounce-1x65536-cold", () => new MapCost(MapWay.Bounce, 65536, 1, cold: true)),
    ("map-bounce-4x65536-cold", () => new MapCost(MapWay.Bounce, 65536, 4, cold: true)),
    ("map-coalesce-3x512-cold", () => new MapCost(MapWay.Coalesce, 512, 3, cold: true)),
    ("map-coalesce-16x4096-cold", () => new MapCost(MapWay.Coalesce, 4096, 16, cold: true)),
    ("map-coalesce-1x256-hot", () => new MapCost(MapWay.Coalesce, 256, 1, cold: false)),
    ("map-coalesce-4x256-hot", () => new MapCost(MapWay.Coalesce, 256, 4, cold: false)),
    ("map-coalesce-16x256-hot", () => new MapCost(MapWay.Coalesce, 256, 16, cold: false)),
    ("map-coalesce-64x256-hot", () => new MapCost(MapWay.Coalesce, 256, 64, cold: false)),
    ("map-coalesce-256x256-hot", () => new MapCost(MapWay.Coalesce, 256, 256, cold: false)),
    ("map-coalesce-1024x256-hot", () => new MapCost(MapWay.Coalesce, 256, 1024, cold: false)),
    ("map-coalesce-4096x256-hot", () => new MapCost(MapWay.Coalesce, 256, 4096, cold: false)),
    ("map-direct-1x1024-hot", () => new MapCost(MapWay.Direct, 1024, 1, cold: false)),
    ("map-direct-64x1024-hot", () => new MapCost(MapWay.Direct, 1024, 64, cold: false)),
    ("map-direct-4096x1024-hot", () => new MapCost(MapWay.Direct, 1024, 4096, cold: false)),
    ("commands-net", () => new CommandsPosted()),
    ("mix-float", () => new MixFloat()),
    ("mix-s16", () => new MixShort(byHand: true)),
    ("mix-s16-gcc", () => new MixShort(byHand: false)),
];

// Rows of the map costs that only the whole run measures: one of each way is enough to notice a regression.
string[] onlyWhole = [.. rows.Select(r => r.Id).Where(id => id.StartsWith("map-", StringComparison.Ordinal)).Except(["map-direct", "map-bounce-4x65536-hot", "map-coalesce-16x4096-hot"])];

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
bool isShort = args.Contains("--short");
string[] wanted = [.. args.Where(a => a != "--short")];
string[] studies = ["growth", "disk", "disk-qemu", "tail", "verifier"];
string[] unknown = [.. wanted.Where(w => rows.All(r => r.Id != w) && !studies.Contains(w))];
if (unknown.Length > 0)
{
    Console.Error.WriteLine($"There is no row {string.Join(", ", unknown)}; rows: {string.Join(", ", rows.Select(r => r.Id))}; studies: {string.Join(", ", studies)}. Usage: benchmarks/run [--short] [ROW-ID|STUDY ...]");
    return 2;
}

Peers.Register();
Table.WriteMachine(Console.Out, isShort);
Table.WriteHead(Console.Out);
var results = new List<(Row Row, Measurement Result)>();
var judge = new Judge(isShort);
foreach ((string id, Func<Row> make) in rows)
{
    if (wanted.Length > 0 ? !wanted.Contains(id) : isShort && onlyWhole.Contains(id)) continue;
    using Row row = make();
    WhyMissed.Require(row);
    Measurement result = judge.Measure(row, new Sampler(isShort));
    results.Add((row, result));
    Table.WriteRow(Console.Out, row, result);
}

const string Output = "artifacts/benchmarks/results.json";
Table.WriteMissed(Console.Out, results);
if (results.Count > 0)
{
    Table.WriteJson(Output, results);
    Console.WriteLine();
    Console.WriteLine($"Written to {Output}.");
}

// Studies are part of the whole run, or asked for by name.
bool whole = wanted.Length == 0 && !isShort;
if (whole || wanted.Contains("growth")) Growth.Run(Console.Out, new Sampler(isShort));
if (whole || wanted.Contains("disk")) judge.Note(DiskPath.Run(Console.Out, isShort), "disk: the driver takes more than 400 ns a command, or finds a lock taken");
if (whole || wanted.Contains("disk-qemu")) judge.Note(DiskOnQemu.Run(Console.Out, isShort), "disk-qemu: the driver reaches less of the bare loop than 0.9");
if (whole || wanted.Contains("tail")) judge.Note(Tail.Run(Console.Out), "tail: garbage was collected in the steady state, limit 0 collections");
if (whole || wanted.Contains("verifier")) judge.Note(VerifierCost.Run(Console.Out, isShort), "verifier: without call stacks it makes a command more than 5 times slower");
foreach (string failure in judge.Failures) Console.WriteLine($"Over its limit: {failure}");
Console.WriteLine($"{judge.Passed} passed, {judge.Failed} failed");
return judge.Failed == 0 ? 0 : 1;
