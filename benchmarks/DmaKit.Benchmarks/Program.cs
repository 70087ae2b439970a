using DmaKit.Benchmarks;

// Every row, in the order of the table. A new one is a file in Rows and a line here.
(string Id, Func<Row> Make)[] rows =
[
    ("pool-replace-net", () => new PoolReplace()),
    ("pool-implicit-net", () => new PoolImplicit()),
    ("pool-bulk-net", () => new PoolBulk()),
    ("heap-trace-net", () => new HeapTrace()),
    ("heap-align-4096", () => new HeapAlign4096()),
    ("heap-footprint", () => new HeapFootprint()),
    ("commands-net", () => new CommandsPosted()),
];

bool isShort = args.Contains("--short");
string[] wanted = [.. args.Where(a => a != "--short")];
string[] unknown = [.. wanted.Where(w => rows.All(r => r.Id != w))];
if (unknown.Length > 0)
{
    Console.Error.WriteLine($"There is no row {string.Join(", ", unknown)}; rows: {string.Join(", ", rows.Select(r => r.Id))}. Usage: benchmarks/run [--short] [ROW-ID ...]");
    return 2;
}

Table.WriteMachine(Console.Out, isShort);
Table.WriteHead(Console.Out);
var results = new List<(Row Row, Measurement Result)>();
foreach ((string id, Func<Row> make) in rows)
{
    if (wanted.Length > 0 && !wanted.Contains(id)) continue;
    using Row row = make();
    Measurement result = row.Measure(new Sampler(isShort));
    results.Add((row, result));
    Table.WriteRow(Console.Out, row, result);
}

const string Output = "artifacts/benchmarks/results.json";
Table.WriteJson(Output, results);
Console.WriteLine();
Console.WriteLine($"Written to {Output}.");
return 0;
