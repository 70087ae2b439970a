using System.CommandLine;
using System.Reflection;
using System.Runtime.InteropServices;
using DmaKit.Qemu;
using DmaKit.Vfio;

namespace DmaKit.Cli;

/// <summary><c>dmakit doctor</c>: what is installed here, which platforms work, and what mends those that do not.</summary>
internal static class DoctorVerb
{
    internal static Command Build(ToolHost host)
    {
        var json = new Option<bool>("--json") { Description = "One JSON object on standard output." };
        var command = new VerbCommand("doctor", "Says what is installed and which platforms work here, and for each that does not, the command that mends it.")
        {
            Examples = ["dmakit doctor", "dmakit doctor --json", "dmakit doctor --platform qemu"],
        };
        command.Options.Add(json);
        PlatformOption platforms = PlatformOption.AddOptional(command);
        command.SetAction(async (parsed, interrupted) =>
        {
            (string? path, string? version) = await FindQemuAsync(interrupted).ConfigureAwait(false);
            var health = new List<PlatformHealth>();
            foreach (PlatformKind platform in platforms.ReadAll(parsed)) health.Add(await PlatformHealth.ExamineAsync(platform, host.MachineRoot, interrupted).ConfigureAwait(false));
            if (parsed.GetValue(json)) WriteJson(host, path, version, health);
            else WriteText(host, path, version, health);
            return ExitCode.Done;
        });
        return command;
    }

    private static async Task<(string? Path, string? Version)> FindQemuAsync(CancellationToken interrupted)
    {
        try
        {
            QemuProgram program = QemuProgram.Find();
            return (program.Path, await program.ReadVersionAsync(interrupted).ConfigureAwait(false));
        }
        catch (DmaException)
        {
            // What is wrong with it is said where the platform is examined.
            return (null, null);
        }
    }

    private static void WriteText(ToolHost host, string? path, string? version, List<PlatformHealth> health)
    {
        host.Out.WriteLine($"dmakit    {Version()}");
        host.Out.WriteLine($"runtime   {RuntimeInformation.FrameworkDescription}, {RuntimeInformation.RuntimeIdentifier}");
        host.Out.WriteLine(path is null ? "qemu      none that runs" : $"qemu      {version}, {PathText.Show(path)}");
        foreach (PlatformHealth one in health)
        {
            string name = PlatformOption.Show(one.Platform);
            host.Out.WriteLine(one.Works ? $"platform  {name}: works{(one.BackEnd is { } way ? $", by {HardwareList.Show(way)}" : "")}" : $"platform  {name}: does not work: {HelpText.LowerFirst(one.Problem!)}");
            if (one.Remedy is not null) host.Out.WriteLine($"          mend it with: {one.Remedy}");
            if (one is { Works: true, HugePages: { } huge }) host.Out.WriteLine($"          {Show(huge)}");
        }
    }

    /// <summary>How many there are, and how there are more. None is no fault: they only spare the IOMMU work.</summary>
    internal static string Show(HugePages huge) => $"huge pages of 2 MiB: {huge.Free} of {huge.All} free"
        + (huge.Free == 0 ? "; for common buffers of 2 MiB and more to lie in some: sudo sysctl -w vm.nr_hugepages=" + (huge.All + 64) : "");

    private static void WriteJson(ToolHost host, string? path, string? version, List<PlatformHealth> health) => JsonOutput.Write(host, json =>
    {
        json.WriteString("verb", "doctor");
        json.WriteString("version", Version());
        json.WriteString("runtime", RuntimeInformation.FrameworkDescription);
        json.WriteString("system", RuntimeInformation.RuntimeIdentifier);
        json.WriteStartObject("qemu");
        json.WriteString("path", path);
        json.WriteString("version", version);
        json.WriteEndObject();
        json.WriteStartArray("platforms");
        foreach (PlatformHealth one in health)
        {
            json.WriteStartObject();
            json.WriteString("name", PlatformOption.Show(one.Platform));
            json.WriteBoolean("works", one.Works);
            json.WriteString("backEnd", one.BackEnd is { } way ? HardwareList.Show(way) : null);
            if (one.HugePages is { } huge)
            {
                json.WriteStartObject("hugePages");
                json.WriteNumber("free", huge.Free);
                json.WriteNumber("all", huge.All);
                json.WriteEndObject();
            }

            json.WriteString("problem", one.Problem);
            json.WriteString("remedy", one.Remedy);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });

    private static string Version() =>
        (typeof(DoctorVerb).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "?").Split('+')[0];
}
