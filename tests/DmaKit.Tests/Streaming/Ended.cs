namespace DmaKit.Tests;

/// <summary>The result of what must have ended by now: a test that pumps its continuations by hand may not block.</summary>
internal static class Ended
{
    public static T Take<T>(this ValueTask<T> task)
    {
        Assert.True(task.IsCompleted, "It is not complete.");
        return task.GetAwaiter().GetResult();
    }

    public static T Take<T>(this Task<T> task) => new ValueTask<T>(task).Take();
}
