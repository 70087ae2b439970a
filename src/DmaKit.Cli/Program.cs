using DmaKit.Cli;

return await Tool.RunAsync(args, ToolHost.ForProcess()).ConfigureAwait(false);
