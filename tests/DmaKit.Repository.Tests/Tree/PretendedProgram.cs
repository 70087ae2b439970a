namespace DmaKit.Repository.Tests;

/// <summary>Programs that stand in for those that a script calls.</summary>
internal static class PretendedProgram
{
    /// <summary>Writes one; it is found by a script whose PATH begins with the folder.</summary>
    internal static async Task WriteAsync(string folder, string name, string script)
    {
        string path = Path.Combine(folder, name);
        await File.WriteAllTextAsync(path, "#!/bin/sh\n" + script, TestContext.Current.CancellationToken);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }
}
