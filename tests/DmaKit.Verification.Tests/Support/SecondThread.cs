using System.Runtime.ExceptionServices;

namespace DmaKit.Verification.Tests;

/// <summary>Work that another thread of the driver does meanwhile.</summary>
internal static class SecondThread
{
    /// <summary>Does it, and ends when it is done.</summary>
    public static void Run(Action work)
    {
        ExceptionDispatchInfo? thrown = null;
        var thread = new Thread(() =>
        {
            try
            {
                work();
            }
            catch (Exception e)
            {
                thrown = ExceptionDispatchInfo.Capture(e);
            }
        });
        thread.Start();
        thread.Join();
        thrown?.Throw();
    }
}
