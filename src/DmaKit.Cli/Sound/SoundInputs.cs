using DmaKit.Formats;

namespace DmaKit.Cli;

/// <summary>All sources of a run, opened with every check that can be made before the output is touched.</summary>
internal sealed class SoundInputs : IDisposable
{
    private readonly List<SoundInput> _all = [];

    /// <summary>In the order in which they were typed.</summary>
    internal IReadOnlyList<SoundInput> All => _all;

    /// <summary>Opens them.</summary>
    /// <exception cref="ToolException">One is not there, is malformed, or is the output.</exception>
    internal static async Task<SoundInputs> OpenAsync(ToolHost host, IReadOnlyList<SoundSpec> sources, WavFormat raw, string? to, CancellationToken interrupted)
    {
        using OutputClaim claim = to is null ? OutputClaim.Nothing : OutputClaim.TakeOutput(host, to);
        var inputs = new SoundInputs();
        try
        {
            foreach (SoundSpec spec in sources) inputs._all.Add(await SoundInput.OpenAsync(spec, raw, host, claim, interrupted).ConfigureAwait(false));
            return inputs;
        }
        catch
        {
            inputs.Dispose();
            throw;
        }
    }

    /// <summary>Says what went wrong with a file while it was played.</summary>
    internal void ThrowIfFailed()
    {
        foreach (SoundInput input in _all) input.ThrowIfFailed();
    }

    public void Dispose()
    {
        foreach (SoundInput input in _all) input.Dispose();
    }
}
