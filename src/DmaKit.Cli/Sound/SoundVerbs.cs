namespace DmaKit.Cli;

/// <summary>What sound verbs do at their end.</summary>
internal static class SoundVerbs
{
    /// <summary>Shows the work until it ends. What the card played is in the output then, also when the work was interrupted.</summary>
    /// <exception cref="ToolException">It was interrupted, or a file could not be read or written.</exception>
    internal static async Task FinishAsync(ToolHost host, SoundMachine machine, SoundInputs inputs, SoundOutput output, Task work, CancellationToken interrupted)
    {
        try
        {
            await SoundView.ShowAsync(host, machine, output.FramesWanted, work).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (interrupted.IsCancellationRequested)
        {
            await machine.FinishAsync(output).ConfigureAwait(false);
            throw new ToolException($"interrupted; {SizeText.Exact(output.Frames)} frames were written", ExitCode.Interrupted, e);
        }

        await machine.FinishAsync(output).ConfigureAwait(false);
        output.Complete();
        inputs.ThrowIfFailed();
    }

    /// <summary>Says what the run did.</summary>
    internal static SoundReport Report(
        ToolHost host, string verb, string done, SoundMachine machine, StreamFormat format, SoundOutput output, string? to, bool json, long started)
    {
        foreach (MisuseReport misuse in machine.Misuse) host.Notice($"misuse: {misuse}");
        CyclicTransfer transfer = machine.Transfer!;
        var report = new SoundReport(
            verb, machine.Platform, format, output.Frames, host.Clock.GetElapsedTime(started), machine.MachineTime, output.Sha256(),
            transfer.RingBytes, transfer.RequestedBytes, transfer.PeriodBytes, transfer.DriftPartsPerMillion, transfer.Statistics, transfer.Gaps, machine.Counters);
        if (json) report.WriteJson(host);
        else report.WriteText(to is not null && PathCheck.IsStandardStream(to) ? host.Error : host.Out, done);
        return report;
    }

    /// <summary>An output that is not whole is no success, however it sounds.</summary>
    /// <returns>The exit code.</returns>
    internal static int Judge(ToolHost host, long bytes, string what)
    {
        if (bytes == 0) return ExitCode.Done;
        host.WriteError($"{SizeText.Exact(bytes)} bytes {what}");
        return ExitCode.Failed;
    }
}
