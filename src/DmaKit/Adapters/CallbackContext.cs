namespace DmaKit;

/// <summary>
/// Proof of running in a handler that an interrupt called. A ref struct, so that a handler cannot be async and cannot keep it.
/// </summary>
/// <remarks>
/// While one exists on a thread, members that may wait or that allocate common buffers throw on that thread; see the table of
/// members in <c>docs/callback-context.md</c>. Only platforms make one, with <see cref="Enter()"/>.
/// </remarks>
public readonly ref struct CallbackContext
{
    [ThreadStatic]
    private static int t_depth;

    [ThreadStatic]
    private static MisuseLog? t_misuse;

    /// <summary>Whether the calling thread is in callback context.</summary>
    public static bool IsCurrent => t_depth != 0;

    /// <summary>Used by platforms: enters callback context on this thread until the result is disposed.</summary>
    public static CallbackContext Enter()
    {
        t_depth++;
        return default;
    }

    /// <summary>As <see cref="Enter()"/>, for a handler whose misuse is told to <paramref name="misuse"/>.</summary>
    internal static CallbackContext Enter(MisuseLog misuse)
    {
        t_misuse = misuse;
        return Enter();
    }

    /// <summary>Leaves callback context. Called once by who entered it; a handler does not.</summary>
    public void Dispose()
    {
        if (--t_depth == 0) t_misuse = null;
    }

    /// <summary>Throws when the calling thread is in callback context.</summary>
    /// <param name="member">What was called.</param>
    /// <param name="instead">What to do instead.</param>
    /// <exception cref="DmaMisuseException">The calling thread is in callback context.</exception>
    public static void Forbid(string member, string instead)
    {
        if (t_depth != 0) throw Refused(member, instead);
    }

    private static DmaMisuseException Refused(string member, string instead)
    {
        const string rule = "called-in-callback-context";
        string message = $"{member} was called in callback context, where nothing may wait or allocate common buffers: {instead}.";
        return t_misuse?.Refuse(rule, member, message) ?? new DmaMisuseException(message) { Rule = rule };
    }
}
