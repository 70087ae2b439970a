using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace DmaKit.Repository.Tests;

/// <summary>The public API of each library is a file in this folder: a change is seen in review, and never by accident.</summary>
public sealed class PublicApiTests
{
    private const string Folder = "tests/DmaKit.Repository.Tests/PublicApi";

    private const string Accept = "DMAKIT_ACCEPT=1 dotnet test --project tests/DmaKit.Repository.Tests --filter-class \"*PublicApiTests\"";

    public static TheoryData<string> Libraries
        => [.. Arrows.Allowed.Keys.Where(name => name != "DmaKit.Cli" && File.Exists(RepositoryTree.Absolute($"src/{name}/{name}.csproj")))];

    [Theory]
    [MemberData(nameof(Libraries))]
    public void Public_api_is_the_golden_file(string library)
    {
        MetadataReference built = BuiltReferences.Ours.Single(r => Path.GetFileNameWithoutExtension(r.Display) == library);
        string actual = PublicApiText.Of(built, [.. BuiltReferences.Framework, .. BuiltReferences.Ours]);
        string path = $"{Folder}/{library}.txt";
        string golden = File.Exists(RepositoryTree.Absolute(path)) ? RepositoryTree.Read(path) : string.Empty;
        if (golden != actual && MayAccept(Environment.GetEnvironmentVariable("DMAKIT_ACCEPT"), Environment.GetEnvironmentVariable("CI")))
        {
            File.WriteAllText(RepositoryTree.Absolute(path), actual);
            TestContext.Current.TestOutputHelper!.WriteLine($"{path} rewritten");
            return;
        }

        Assert.True(golden == actual, $"--- {path}\n+++ {library}.dll as built\n{LineDifference.Of(golden, actual)}\n\nIf this is meant, accept it:\n{Accept}");
    }

    [Fact]
    public void Every_golden_file_has_its_library()
        => Assert.All(
            RepositoryTree.Files.Where(path => path.StartsWith(Folder + "/", StringComparison.Ordinal) && path.EndsWith(".txt", StringComparison.Ordinal)),
            path => Assert.Contains(Path.GetFileNameWithoutExtension(path), Libraries.Select(row => row.Data)));

    [Theory]
    [InlineData("1", null, true)]
    [InlineData("1", "false", true)]
    [InlineData("1", "true", false)]
    [InlineData(null, null, false)]
    [InlineData("0", null, false)]
    public void A_change_is_accepted_on_demand_and_never_in_ci(string? accept, string? ci, bool expected)
        => Assert.Equal(expected, MayAccept(accept, ci));

    [Theory]
    [InlineData("public class A { public int M(string? s = null) => 0; }", "public class A { public int M(string s) => 0; }", "- public int M(string? s = null)", "+ public int M(string s)")]
    [InlineData("public class A { protected virtual void M() { } }", "public class A { }", "- protected virtual void M()", "")]
    [InlineData("public struct A { public int X { get; set; } }", "public struct A { public int X { get; } }", "- public int X { readonly get; set; }", "+ public readonly int X { get; }")]
    [InlineData("public enum A { B = 1 }", "public enum A { B = 2 }", "- B = 1", "+ B = 2")]
    [InlineData("public sealed class A;", "public class A;", "- public sealed class A", "+ public class A")]
    [InlineData("public class A { public class B; }", "public class A { class B; }", "- public class A.B", "")]
    public void Twin_a_changed_member_is_seen(string before, string after, string gone, string come)
    {
        string difference = LineDifference.Of(ApiOf(before), ApiOf(after));
        string[] lines = [.. difference.Split('\n').Select(line => line.Length > 2 ? line[..2] + line[2..].Trim() : line)];
        Assert.Contains(gone, lines);
        if (come.Length > 0)
        {
            Assert.Contains(come, lines);
        }
    }

    [Fact]
    public void What_nobody_can_use_is_not_in_the_text()
        => Assert.Equal(
            "public sealed class A\n    public A()\n    public int P { get; }\n",
            ApiOf("public sealed class A { int x; public int P { get; internal set; } internal void M() => x++; private protected void N() { } class B { public int C; } } class D { public int E; }"));

    internal static bool MayAccept(string? accept, string? ci) => accept == "1" && ci != "true";

    private static string ApiOf(string source)
    {
        var options = new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable);
        CSharpCompilation compilation = CSharpCompilation.Create(
            "sample", [CSharpSyntaxTree.ParseText(source, cancellationToken: TestContext.Current.CancellationToken)], BuiltReferences.Framework, options);
        using var image = new MemoryStream();
        Assert.True(compilation.Emit(image, cancellationToken: TestContext.Current.CancellationToken).Success);
        return PublicApiText.Of(MetadataReference.CreateFromImage(image.ToArray()), BuiltReferences.Framework);
    }
}
