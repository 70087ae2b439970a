using DmaKit.Qemu;

namespace DmaKit.Cli;

/// <summary>Whether a platform works on this machine.</summary>
/// <param name="Platform">Which one.</param>
/// <param name="Problem">What is in the way; null when it works.</param>
/// <param name="Remedy">The one command that mends it; null when it works.</param>
internal sealed record PlatformHealth(PlatformKind Platform, string? Problem, string? Remedy)
{
    private const string Reinstall = "sudo apt-get install --reinstall qemu-system-x86";

    /// <summary>Whether it works.</summary>
    internal bool Works => Problem is null;

    /// <summary>Finds out by starting it.</summary>
    internal static async Task<PlatformHealth> ExamineAsync(PlatformKind platform, CancellationToken cancellationToken)
    {
        try
        {
            await using Platforms.DmaPlatform machine = await Showroom.OpenAsync(platform, cancellationToken).ConfigureAwait(false);
            return new PlatformHealth(platform, null, null);
        }
        catch (QemuMissingException e)
        {
            return new PlatformHealth(platform, e.Missing, e.Remedy);
        }
        catch (DmaException e)
        {
            bool named = !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(QemuProgram.Variable));
            return new PlatformHealth(platform, ErrorText.Of(e), named ? $"unset {QemuProgram.Variable}" : Reinstall);
        }
    }
}
