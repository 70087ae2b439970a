using System.CommandLine;
using System.Globalization;
using DmaKit.Emulation;

namespace DmaKit.Cli;

/// <summary><c>dmakit torture</c>: random drivers' work under random fault plans, each on a machine of its own.</summary>
internal static class TortureVerb
{
    private const int MostMinutes = 100_000;
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);

    internal static Command Build(ToolHost host)
    {
        var command = new VerbCommand("torture", "Lets drivers work under random fault plans; looks for requests that hang or get lost, and memory used again too early.")
        {
            Examples =
            [
                "dmakit torture --seed 1 --minutes 60", "dmakit torture --seed 1 --plans 500", "dmakit torture --replay 1234567",
                "dmakit torture --replay 7 --work storage --faults \"lost-interrupt@7x2, stale-tag@3\"", "dmakit torture --plant lost-irq",
            ],
        };
        Option<int> seed = OptionKinds.Number("--seed", "Where the plans' seeds come from.", 1, 0, int.MaxValue);
        Option<int> minutes = OptionKinds.Number("--minutes", "How long it goes on, in minutes of real time.", 1, 1, MostMinutes);
        Option<int> plans = OptionKinds.Number("--plans", "How many plans are played, instead of a time; 0 for as many as there is time for.", 0, 0, int.MaxValue);
        Option<int> replay = OptionKinds.Number("--replay", "Plays one plan again, by its own seed, and says all that was found.", -1, 0, int.MaxValue);
        var faults = new Option<string>("--faults") { Description = "With --replay: these faults instead of the seed's, such as lost-interrupt@7x2; none for none.", HelpName = "FAULTS" };
        faults.Validators.Add(result =>
        {
            try
            {
                FaultPlan.Parse(result.Tokens.Count > 0 ? result.Tokens[0].Value : "");
            }
            catch (FormatException e)
            {
                result.AddError($"--faults: {e.Message.TrimEnd('.')}");
            }
        });
        var work = new Option<string>("--work") { Description = "With --replay: this driver's work instead of the seed's.", HelpName = string.Join('|', TorturePlan.AllWork) };
        work.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && !TorturePlan.AllWork.Contains(result.Tokens[0].Value))
                result.AddError($"--work is '{result.Tokens[0].Value}'; legal: {string.Join(", ", TorturePlan.AllWork)}");
        });
        var plant = new Option<string>("--plant") { Description = "Puts a bug in the place of the library's own code; it must be found.", HelpName = "early-reuse|lost-irq|double-tag" };
        plant.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && !TryPlant(result.Tokens[0].Value, out _))
                result.AddError($"--plant is '{result.Tokens[0].Value}'; legal: early-reuse, lost-irq, double-tag");
        });
        var goOn = new Option<bool>("--keep-going") { Description = "Goes on after a plan that failed, and names each." };
        foreach (Option option in (Option[])[seed, minutes, plans, replay, faults, work, plant, goOn]) command.Options.Add(option);
        PlatformOption.AddEmulatedOnly(command, "only a machine inside the process can be made anew for every plan, played again exactly, and watched by an oracle");
        command.Validators.Add(result =>
        {
            bool replays = result.GetResult(replay) is { Implicit: false };
            if (!replays && (result.GetResult(faults) is not null || result.GetResult(work) is not null)) result.AddError("--faults and --work go with --replay");
            if (replays && (result.GetResult(plans) is { Implicit: false } || result.GetResult(minutes) is { Implicit: false })) result.AddError("--replay plays one plan: leave --plans and --minutes out");
        });
        command.SetAction((parsed, interrupted) =>
        {
            TryPlant(parsed.GetValue(plant), out TorturePlant planted);
            if (parsed.GetResult(replay) is { Implicit: false })
                return Task.FromResult(Replay(host, parsed.GetValue(replay), planted, parsed.GetValue(faults), parsed.GetValue(work)));
            TimeSpan? time = parsed.GetValue(plans) > 0 ? null : TimeSpan.FromMinutes(parsed.GetValue(minutes));
            return Task.FromResult(Run(host, parsed.GetValue(seed), time, parsed.GetValue(plans), planted, parsed.GetValue(goOn), interrupted));
        });
        return command;
    }

    private static bool TryPlant(string? text, out TorturePlant plant)
    {
        (plant, bool known) = text switch
        {
            "early-reuse" => (TorturePlant.EarlyReuse, true),
            "lost-irq" => (TorturePlant.LostIrq, true),
            "double-tag" => (TorturePlant.DoubleTag, true),
            _ => (TorturePlant.None, text is null),
        };
        return known;
    }

    private static string NameOf(TorturePlant plant) => plant switch
    {
        TorturePlant.EarlyReuse => " --plant early-reuse",
        TorturePlant.LostIrq => " --plant lost-irq",
        TorturePlant.DoubleTag => " --plant double-tag",
        _ => "",
    };

    private static int Run(ToolHost host, int seed, TimeSpan? time, int plans, TorturePlant plant, bool goOn, CancellationToken interrupted)
    {
        var run = new TortureRun(seed, plant);
        long start = host.Clock.GetTimestamp();
        TimeSpan next = s_interval;
        TimeSpan elapsed = TimeSpan.Zero;
        bool failed = false;
        while (!interrupted.IsCancellationRequested && (time is { } limit ? elapsed < limit : run.Plans < plans))
        {
            TortureResult result = run.Next();
            elapsed = host.Clock.GetElapsedTime(start);
            if (!result.IsClean)
            {
                failed = true;
                foreach (string finding in (string[])[result.Text, .. result.Findings]) host.Error.WriteLine(finding);
                host.TryWriteError($"plan {result.Seed} failed; replay it with: dmakit torture --replay {result.Seed}{NameOf(plant)}");
                if (!goOn) break;
            }

            if (elapsed < next) continue;
            next = elapsed + s_interval;
            if (host.ErrorIsTerminal) host.Error.Write($"\r{Progress(run, elapsed)}");
        }

        if (host.ErrorIsTerminal) host.Error.Write("\r" + new string(' ', Math.Min(host.Width - 1, 78)) + "\r");
        host.Out.WriteLine(run.Line);
        return interrupted.IsCancellationRequested ? ExitCode.Interrupted : failed ? ExitCode.Failed : ExitCode.Done;
    }

    private static string Progress(TortureRun run, TimeSpan elapsed) => string.Create(
        CultureInfo.InvariantCulture, $"{elapsed:hh\\:mm\\:ss}  {run.Plans} plans, {run.Requests} requests, faults struck {run.Struck} times");

    private static int Replay(ToolHost host, int seed, TorturePlant plant, string? faults, string? work)
    {
        TortureResult result = new TorturePlan(seed, plant, faults is null ? null : FaultPlan.Parse(faults, seed), work).Run();
        host.Out.WriteLine(result.Text);
        foreach (string line in result.Faults.Split('\n', StringSplitOptions.RemoveEmptyEntries)) host.Out.WriteLine($"  {line}");
        foreach (string finding in result.Findings) host.Out.WriteLine(finding);
        host.Out.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"plan {seed}: {result.Requests} requests, faults struck {result.Struck} times, {result.Hung} hung, {result.Lost} lost, {result.Reused} reused"));
        return result.IsClean ? ExitCode.Done : ExitCode.Failed;
    }
}
