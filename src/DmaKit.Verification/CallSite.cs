using System.Diagnostics;

namespace DmaKit.Verification;

/// <summary>A place in the driver's code: the innermost frames of a call stack that are not the library's own.</summary>
/// <remarks>Immutable. Frames of the core, of platforms and of the runtime are left out; five are kept.</remarks>
public sealed class CallSite
{
    private const int Kept = 5;

    private static readonly string[] s_ours = ["DmaKit", "DmaKit.Verification", "DmaKit.Emulation", "DmaKit.Qemu", "DmaKit.Vfio"];

    private CallSite(IReadOnlyList<string> frames, string place)
    {
        Frames = frames;
        Place = place;
    }

    /// <summary>No place: stacks are off, or nobody of the driver's was on the stack.</summary>
    public static CallSite None { get; } = new([], "");

    /// <summary>Whether it is no place.</summary>
    public bool IsEmpty => Frames.Count == 0;

    /// <summary>The innermost frame as <c>File.cs:88</c>; its method where there are no symbols.</summary>
    public string Place { get; }

    /// <summary>The frames, innermost first, as <c>Type.Method (File.cs:88)</c>.</summary>
    public IReadOnlyList<string> Frames { get; }

    /// <summary>Where the driver is now.</summary>
    public static CallSite Here()
    {
        var trace = new StackTrace(1, fNeedFileInfo: true);
        var frames = new List<string>(Kept);
        string place = "";
        foreach (StackFrame frame in trace.GetFrames())
        {
            if (DiagnosticMethodInfo.Create(frame) is not { } method || IsLibrary(method.DeclaringAssemblyName)) continue;
            string? file = Path.GetFileName(frame.GetFileName());
            string name = NameOf(method.DeclaringTypeName, method.Name);
            string at = file is null ? name : $"{file}:{frame.GetFileLineNumber()}";
            if (frames.Count == 0) place = at;
            frames.Add(file is null ? name : $"{name} ({at})");
            if (frames.Count == Kept) break;
        }

        return frames.Count == 0 ? None : new CallSite(frames, place);
    }

    /// <summary>The innermost frame's place.</summary>
    public override string ToString() => Place;

    // A full name has the version and the key behind a comma.
    private static bool IsLibrary(string assembly)
    {
        string name = assembly.Split(',', 2)[0];
        return s_ours.Contains(name, StringComparer.Ordinal) || name.StartsWith("System.", StringComparison.Ordinal);
    }

    // What the compiler makes of asynchronous methods and lambdas bears the method's name between angle brackets.
    private static string NameOf(string type, string method)
    {
        string[] nested = type[(type.LastIndexOf('.') + 1)..].Split('+');
        string plain = nested[0];
        string name = nested is [.., ['<', ..] made] && Between(made) is { Length: > 0 } outer && method == "MoveNext" ? outer : Between(method);
        return $"{plain}.{name}";
    }

    private static string Between(string name)
    {
        int end = name.IndexOf('>', StringComparison.Ordinal);
        return name.StartsWith('<') && end > 1 ? name[1..end] : name;
    }
}
