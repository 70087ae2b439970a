using System.Reflection;
using System.Runtime.InteropServices;

namespace DmaKit.Benchmarks.Native;

/// <summary>Finds the libraries that benchmarks/peers/build made. One that is missing is an error: a row without its peer says nothing.</summary>
internal static unsafe class Peers
{
    private const string Folder = "artifacts/benchmarks/peers";

    /// <summary>Must run before the first call into a peer.</summary>
    public static void Register() => NativeLibrary.SetDllImportResolver(typeof(Peers).Assembly, Resolve);

    /// <summary>Opens a library by the peer's name.</summary>
    public static nint Load(string name)
    {
        string path = Path.GetFullPath($"{Folder}/libpeer-{name}.so");
        return File.Exists(path)
            ? NativeLibrary.Load(path)
            : throw new DllNotFoundException($"The peer {path} is missing: run benchmarks/peers/build from the root of the repository.");
    }

    /// <summary>What the peer says of itself.</summary>
    public static string Version(string name)
    {
        // SAFETY: every peer has this function, which takes nothing and returns text that is never freed.
        var version = (delegate* unmanaged<byte*>)NativeLibrary.GetExport(Load(name), "peer_version");
        return Marshal.PtrToStringUTF8((nint)version())!;
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path) =>
        name.StartsWith("peer-", StringComparison.Ordinal) ? Load(name["peer-".Length..]) : 0;
}
