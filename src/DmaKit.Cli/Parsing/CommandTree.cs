using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Reflection;

namespace DmaKit.Cli;

/// <summary>All verbs of the tool.</summary>
internal static class CommandTree
{
    private const string Sentence = "dmakit runs device drivers written in C# on a machine emulated inside this process, or on QEMU's devices: "
        + "it shows how they share memory with a device, and moves data into and out of disk images through a SCSI adapter, captures through network cards, and sound through a sound card.";

    /// <summary>Builds the commands for one run.</summary>
    /// <param name="host">Where the verbs read and write.</param>
    internal static RootCommand Build(ToolHost host)
    {
        var root = new RootCommand(Sentence);
        foreach (Option option in root.Options)
        {
            if (option is HelpOption help)
            {
                help.Description = "Show this help.";
                help.Action = new HelpAnswer(host);
            }
            else if (option is VersionOption version)
            {
                version.Description = "Show the version.";
                version.Action = new VersionAnswer(host);
            }
        }

        root.Subcommands.Add(BindVerb.Build(host));
        root.Subcommands.Add(ClockVerb.Build(host));
        root.Subcommands.Add(DemoVerb.Build(host));
        root.Subcommands.Add(DevicesVerb.Build(host));
        root.Subcommands.Add(DoctorVerb.Build(host));
        root.Subcommands.Add(InspectVerb.Build(host));
        var disk = new VerbCommand("disk", "Disk images behind a SCSI adapter: write, read, copy, verify, measure.");
        disk.Subcommands.Add(DiskInfoVerb.Build(host));
        disk.Subcommands.Add(DiskWriteVerb.Build(host));
        disk.Subcommands.Add(DiskReadVerb.Build(host));
        disk.Subcommands.Add(DiskCopyVerb.Build(host));
        disk.Subcommands.Add(DiskVerifyVerb.Build(host));
        disk.Subcommands.Add(DiskBenchVerb.Build(host));
        root.Subcommands.Add(disk);
        root.Subcommands.Add(FuzzVerb.Build(host));
        var net = new VerbCommand("net", "Captures through network cards: send, loop, receive.");
        net.Subcommands.Add(NetSendVerb.Build(host));
        net.Subcommands.Add(NetLoopVerb.Build(host));
        net.Subcommands.Add(NetReceiveVerb.Build(host));
        root.Subcommands.Add(net);
        root.Subcommands.Add(PlayVerb.Build(host));
        root.Subcommands.Add(RecordVerb.Build(host));
        root.Subcommands.Add(TortureVerb.Build(host));
        root.Subcommands.Add(BindVerb.BuildUnbind(host));
        return root;
    }

    private sealed class HelpAnswer(ToolHost host) : SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            HelpText.Write(parseResult.CommandResult.Command, host.Out, host.Width);
            return ExitCode.Done;
        }
    }

    private sealed class VersionAnswer(ToolHost host) : SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            string version = typeof(CommandTree).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "?";
            host.Out.WriteLine($"dmakit {version.Split('+')[0]}");
            return ExitCode.Done;
        }
    }
}
