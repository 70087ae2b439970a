using System.Reflection;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace DmaKit.Repository.Tests;

/// <summary>Compiles a sample as a project of a reader would, and runs it in this process.</summary>
internal static class SampleProgram
{
    private const string ImplicitUsings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Net.Http;
        global using System.Threading;
        global using System.Threading.Tasks;
        """;

    /// <summary>The compiled sample, or what the compiler says against it. Warnings count.</summary>
    public static (byte[]? Image, string[] Errors) Compile(Sample sample)
    {
        var options = CSharpParseOptions.Default.WithLanguageVersion(LanguageVersion.Preview);
        SyntaxTree tree = CSharpSyntaxTree.ParseText(sample.Code, options, sample.Path);
        bool statements = tree.GetRoot().ChildNodes().OfType<GlobalStatementSyntax>().Any();
        CSharpCompilation compilation = CSharpCompilation.Create(
            "Sample",
            [tree, CSharpSyntaxTree.ParseText(ImplicitUsings, options)],
            [.. BuiltReferences.Framework, .. BuiltReferences.Ours],
            new CSharpCompilationOptions(
                statements ? OutputKind.ConsoleApplication : OutputKind.DynamicallyLinkedLibrary,
                nullableContextOptions: NullableContextOptions.Enable,
                generalDiagnosticOption: ReportDiagnostic.Error,
                specificDiagnosticOptions: [new("CS1701", ReportDiagnostic.Suppress), new("CS1702", ReportDiagnostic.Suppress)]));
        using var image = new MemoryStream();
        Microsoft.CodeAnalysis.Emit.EmitResult result = compilation.Emit(image);
        string[] errors = [.. result.Diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error)
            .Select(d => $"{sample.Path}({sample.Line + 1 + d.Location.GetLineSpan().StartLinePosition.Line}): {d.Id}: {d.GetMessage()}")];
        return (result.Success ? image.ToArray() : null, errors);
    }

    /// <summary>Runs a compiled sample and returns what it printed. Its exceptions pass through; a status that is not zero is one.</summary>
    public static async Task<string> Run(byte[] image, CancellationToken cancellationToken)
    {
        var context = new AssemblyLoadContext("sample", isCollectible: true);
        TextWriter console = Console.Out;
        using var output = new StringWriter { NewLine = "\n" };
        try
        {
            MethodInfo entry = context.LoadFromStream(new MemoryStream(image)).EntryPoint ?? throw new InvalidOperationException("a sample that runs has statements");
            Console.SetOut(TextWriter.Synchronized(output));
            object? status = await Task.Run(
                () => entry.Invoke(null, BindingFlags.DoNotWrapExceptions, null, entry.GetParameters().Length == 0 ? [] : [Array.Empty<string>()], null),
                cancellationToken).WaitAsync(TimeSpan.FromMinutes(1), cancellationToken);
            return status is null or 0 ? output.ToString() : throw new InvalidOperationException($"the sample ended with {status}:\n{output}");
        }
        finally
        {
            Console.SetOut(console);
            context.Unload();
        }
    }
}
