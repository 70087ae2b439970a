namespace DmaKit;

/// <summary>A source in a <see cref="StreamComposer"/>'s mix.</summary>
public sealed class ComposedSource
{
    internal ComposedSource(IStreamSource source, ComposedSourceOptions options, Voice voice)
    {
        Source = source;
        Options = options;
        Voice = voice;
        Gain = options.Gain;
    }

    /// <summary>What is played.</summary>
    public IStreamSource Source { get; }

    /// <summary>How it was added.</summary>
    public ComposedSourceOptions Options { get; }

    /// <summary>The ring's frame at which its first frame stands.</summary>
    public long StartFrame => Voice.Start;

    /// <summary>The first frame that is heard: its start, or where it came in later.</summary>
    public long FirstFrame => Voice.Join;

    /// <summary>The frame after the last one that is heard; <see cref="long.MaxValue"/> where it has no end.</summary>
    public long EndFrame => Voice.Leave;

    /// <summary>The gain that it has, or is going to.</summary>
    public float Gain { get; internal set; }

    /// <summary>Whether it can still change: false once it was removed, or its end is sealed.</summary>
    public bool IsInMix { get; internal set; } = true;

    internal Voice Voice { get; set; }
}
