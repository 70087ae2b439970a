using System.Globalization;

namespace DmaKit.Qemu;

/// <summary>A file without a name in the file system, which QEMU can open all the same. It is gone when neither process has it open, however both end.</summary>
internal sealed class NamelessFile : IDisposable
{
    /// <summary>Makes an empty one in the system's directory for temporary files.</summary>
    /// <exception cref="IOException">It cannot be made.</exception>
    internal NamelessFile()
    {
        string path = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"dmakit-sound-{Guid.NewGuid():N}");
        Content = new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1);
        File.Delete(path);
    }

    /// <summary>What is in it.</summary>
    internal FileStream Content { get; }

    /// <summary>By which name any process of this user can open it until it is disposed.</summary>
    internal string Path => string.Create(CultureInfo.InvariantCulture, $"/proc/{Environment.ProcessId}/fd/{Content.SafeFileHandle.DangerousGetHandle()}");

    public void Dispose() => Content.Dispose();
}
