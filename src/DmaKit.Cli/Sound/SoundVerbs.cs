namespace DmaKit.Cli;

/// <summary>What sound verbs do at their end.</summary>
internal static class SoundVerbs
{
    /// <summary>What the run did.</summary>
    internal static SoundReport Report(ToolHost host, string verb, SoundMachine machine, StreamFormat format, SoundOutput output, long started)
    {
        foreach (MisuseReport report in machine.Misuse) host.Notice($"misuse: {report}");
        CyclicTransfer transfer = machine.Transfer!;
        return new SoundReport(
            verb, machine.Platform, format, output.Frames, host.Clock.GetElapsedTime(started), machine.MachineTime, output.Sha256(),
            transfer.RingBytes, transfer.RequestedBytes, transfer.PeriodBytes, transfer.DriftPartsPerMillion, transfer.Statistics, transfer.Gaps, machine.Counters);
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
