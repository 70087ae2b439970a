using System.CommandLine;
using DmaKit.Vfio;

namespace DmaKit.Cli;

/// <summary><c>dmakit bind</c> and <c>dmakit unbind</c>: a device of this machine goes from the kernel's driver to programs, and back.</summary>
internal static class BindVerb
{
    internal static Command Build(ToolHost host)
    {
        Argument<string> address = Address();
        var yes = new Option<bool>("--yes") { Description = "Take it from a driver of the kernel's without asking." };
        var command = new VerbCommand("bind", "Gives a device of this machine to programs: binds it to vfio-pci. Needs root.")
        {
            Examples = ["dmakit bind 0000:03:00.0", "dmakit bind 0000:03:00.0 --yes"],
        };
        command.Arguments.Add(address);
        command.Options.Add(yes);
        command.SetAction(parsed => Bind(host, parsed.GetValue(address)!, parsed.GetValue(yes)));
        return command;
    }

    internal static Command BuildUnbind(ToolHost host)
    {
        Argument<string> address = Address();
        var command = new VerbCommand("unbind", "Takes a device away from vfio-pci and lets the kernel find a driver for it. Needs root.")
        {
            Examples = ["dmakit unbind 0000:03:00.0"],
        };
        command.Arguments.Add(address);
        command.SetAction(parsed =>
        {
            string word = parsed.GetValue(address)!;
            string? driver = new HostBinding(host.MachineRoot).Unbind(word);
            host.Out.WriteLine(driver is null ? $"{word} has no driver now: the kernel knows none for it" : $"{word} is bound to {driver} now");
            return ExitCode.Done;
        });
        return command;
    }

    private static Argument<string> Address() => new("DEVICE") { Description = "Its address, such as 0000:03:00.0." };

    private static int Bind(ToolHost host, string address, bool yes)
    {
        var binding = new HostBinding(host.MachineRoot);
        HostUse use = binding.UseOf(address);
        HostFunction function = new HostBus(host.MachineRoot).Find(address)!;
        if (use.HoldsRoot) throw new ToolException($"{address} is not given away: the file system / is on it", ExitCode.Failed);
        if (function.Driver is { } driver && !function.IsReady && !yes && !Asked(host, $"{address} is bound to {driver}{(use.Any ? $"; {use}" : "")}. Take it away? [y/N] "))
            throw new ToolException($"{address} was left to {driver}; --yes takes it without asking", ExitCode.Failed);
        binding.Bind(address);
        host.Out.WriteLine($"{address} is bound to vfio-pci now; its group is /dev/vfio/{function.Group}");
        return ExitCode.Done;
    }

    private static bool Asked(ToolHost host, string question)
    {
        host.Error.Write(question);
        host.Error.Flush();
        using var answers = new StreamReader(host.OpenInput());
        string? answer = answers.ReadLine()?.Trim();
        if (answer is null) host.Error.WriteLine();
        return string.Equals(answer, "y", StringComparison.OrdinalIgnoreCase) || string.Equals(answer, "yes", StringComparison.OrdinalIgnoreCase);
    }
}
