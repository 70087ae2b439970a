using System.CommandLine;
using System.Globalization;
using DmaKit.Testing;

namespace DmaKit.Cli;

/// <summary><c>dmakit fuzz</c>: what reads bytes that nobody vouches for gets mutated samples, until one breaks a promise or all are through.</summary>
internal static class FuzzVerb
{
    private const int StandardInputs = 100_000;

    // A step of work takes far less than a microsecond: an input that takes this long does not count its steps, and does not end.
    private static readonly TimeSpan LongestInput = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    internal static Command Build(ToolHost host)
    {
        var fuzz = new VerbCommand("fuzz", "Feeds mutated samples to a parser, a client or the device models, and checks that each is refused with one clear error or leads to a right result.");
        fuzz.Subcommands.Add(Target(host, "pcap", "Captures, pcap and pcapng, for the reader of the network verbs.", () => new CaptureTarget()));
        fuzz.Subcommands.Add(Target(host, "wav", "WAV files, for the reader of the sound verbs.", () => new WavTarget()));
        fuzz.Subcommands.Add(Target(host, "qtest", "What QEMU says, for the client of its test protocol.", () => new QtestTarget()));
        fuzz.Subcommands.Add(Target(host, "registers", "Accesses to registers and shared memory, for the device models in an emulated machine.", () => new RegistersTarget()));
        return fuzz;
    }

    private static VerbCommand Target(ToolHost host, string name, string sentence, Func<FuzzTarget> make)
    {
        var command = new VerbCommand(name, sentence)
        {
            Examples = [$"dmakit fuzz {name}", $"dmakit fuzz {name} --seed 7 --inputs 1000000", $"dmakit fuzz {name} --replay 10451216379200822465 --save FILE"],
        };
        Option<int> seed = OptionKinds.Number("--seed", "Where the inputs' own seeds come from.", 1, 0, int.MaxValue);
        Option<int> inputs = OptionKinds.Number("--inputs", "How many inputs.", StandardInputs, 1, int.MaxValue);
        var replay = new Option<ulong?>("--replay")
        {
            Description = "One input instead, by its own seed, as a failure names it.",
            HelpName = "INPUTSEED",
            CustomParser = result =>
            {
                string text = result.Tokens[0].Value;
                if (ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong value)) return value;
                result.AddError($"--replay is '{text}'; legal: the seed of an input, a whole number from 0 to {ulong.MaxValue}");
                return null;
            },
        };
        var save = new Option<string?>("--save") { Description = "With --replay: write the input to this file, which must not exist.", HelpName = "FILE" };
        foreach (Option option in new Option[] { seed, inputs, replay, save }) command.Options.Add(option);
        command.SetAction(async (parsed, interrupted) =>
        {
            using FuzzTarget target = make();
            var run = new FuzzRun(target, (ulong)parsed.GetValue(seed));
            if (parsed.GetValue(replay) is { } one) return Replay(host, target, run, one, parsed.GetValue(save));
            if (parsed.GetValue(save) is not null) throw new ToolException("--save writes the input of one seed: give the seed with --replay", ExitCode.WrongUsage);
            return await RunAsync(host, target, run, parsed.GetValue(inputs), interrupted).ConfigureAwait(false);
        });
        return command;
    }

    /// <summary>Runs inputs, says how they ended, and how to have the one again that broke a promise.</summary>
    internal static async Task<int> RunAsync(ToolHost host, FuzzTarget target, FuzzRun run, int inputs, CancellationToken interrupted)
    {
        FuzzFailure? failure = await GoAsync(host, target, run, inputs, interrupted).ConfigureAwait(false);
        host.Out.WriteLine(run);
        if (failure is not null) throw Failed(target, failure);
        interrupted.ThrowIfCancellationRequested();
        return ExitCode.Done;
    }

    private static int Replay(ToolHost host, FuzzTarget target, FuzzRun run, ulong seed, string? save)
    {
        if (save is not null) Save(save, run.InputOf(seed));
        FuzzFailure? failure = run.Replay(seed);
        host.Out.WriteLine(run);
        return failure is null ? ExitCode.Done : throw Failed(target, failure);
    }

    private static void Save(string path, byte[] input)
    {
        PathCheck.Creatable(path, "input");
        try
        {
            using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write);
            file.Write(input);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw ErrorText.OfFile("write", path, e);
        }
    }

    /// <summary>On a thread of its own, so that an input that never ends does not keep the tool from saying so.</summary>
    private static async Task<FuzzFailure?> GoAsync(ToolHost host, FuzzTarget target, FuzzRun run, int inputs, CancellationToken interrupted)
    {
        Task<FuzzFailure?> work = Task.Factory.StartNew(() => run.Go(inputs, interrupted), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        (long seen, long since) = (0, host.Clock.GetTimestamp());
        while (await Task.WhenAny(work, Task.Delay(Look, host.Clock, CancellationToken.None)).ConfigureAwait(false) != work)
        {
            long done = run.Inputs;
            if (host.ErrorIsTerminal) host.Error.Write($"\r{run}");
            if (done != seen) (seen, since) = (done, host.Clock.GetTimestamp());
            else if (host.Clock.GetElapsedTime(since) > LongestInput) return new FuzzFailure(run.NextSeed, $"it has not ended for {LongestInput.TotalSeconds:0} s", default, null);
        }

        if (host.ErrorIsTerminal) host.Error.Write("\r");
        return await work.ConfigureAwait(false);
    }

    private static ToolException Failed(FuzzTarget target, FuzzFailure failure) =>
        new($"input {failure.InputSeed}, {failure.Input.Length} bytes: {failure.Message}; to have it again: dmakit fuzz {target.Name} --replay {failure.InputSeed}", ExitCode.Failed, failure.Cause);
}
