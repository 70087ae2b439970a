using Spectre.Console;
using Spectre.Console.Rendering;

namespace DmaKit.Cli;

/// <summary>A terminal on which work is drawn while it goes on.</summary>
internal static class LiveView
{
    /// <summary>Draws until the work has ended, its last moment included. How it ended is for whoever awaits it.</summary>
    /// <param name="host">Whether colours are welcome, and whose clock it is.</param>
    /// <param name="terminal">Where to.</param>
    /// <param name="width">Its width in characters; null for what it says of itself.</param>
    /// <param name="frame">The time between two pictures.</param>
    /// <param name="stays">Whether the last picture stays.</param>
    /// <param name="draw">Draws one moment for a width.</param>
    /// <param name="work">The work.</param>
    internal static Task ShowAsync(ToolHost host, TextWriter terminal, int? width, TimeSpan frame, bool stays, Func<int, IRenderable> draw, Task work)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.Yes,
            ColorSystem = host.UseColor ? ColorSystemSupport.EightBit : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.Yes,
            Out = new AnsiConsoleOutput(terminal),
        });
        if (width is { } known) console.Profile.Width = known;
        return console.Live(draw(console.Profile.Width)).AutoClear(!stays).Overflow(VerticalOverflow.Crop).StartAsync(async screen =>
        {
            bool goesOn;
            do
            {
                goesOn = !work.IsCompleted;
                screen.UpdateTarget(draw(console.Profile.Width));
                if (goesOn) await Task.WhenAny(work, Task.Delay(frame, host.Clock, CancellationToken.None)).ConfigureAwait(false);
            }
            while (goesOn);
        });
    }
}
