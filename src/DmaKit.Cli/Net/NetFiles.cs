namespace DmaKit.Cli;

/// <summary>What network verbs do with their files before and after.</summary>
internal static class NetFiles
{
    /// <summary>Opens the input, with every check that can be made before the output is touched: that the two are not the same file among them.</summary>
    internal static async Task<CaptureInput> OpenAsync(ToolHost host, string from, string to, CancellationToken interrupted)
    {
        using OutputClaim claim = OutputClaim.TakeOutput(host, to);
        return await CaptureInput.OpenAsync(from, host, claim, interrupted).ConfigureAwait(false);
    }

    /// <summary>Says what was done.</summary>
    /// <returns>The exit code.</returns>
    internal static int Report(ToolHost host, NetSession session, string to, bool json, string done)
    {
        NetReport report = session.Report();
        if (json) report.WriteJson(host);
        else report.WriteText(PathCheck.IsStandardStream(to) ? host.Error : host.Out, done);
        return ExitCode.Done;
    }
}
