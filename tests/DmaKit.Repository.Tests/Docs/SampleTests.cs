namespace DmaKit.Repository.Tests;

/// <summary>What the documents show compiles against what was built, and what they show running runs.</summary>
public sealed class SampleTests
{
    public static TheoryData<string> Documents
        => [.. RepositoryTree.Files.Where(path => path is "README.md" || (path.StartsWith("docs/", StringComparison.Ordinal) && path.EndsWith(".md", StringComparison.Ordinal)))];

    [Theory]
    [MemberData(nameof(Documents))]
    public async Task Samples_compile_and_run(string path)
    {
        foreach (Sample sample in Sample.In(RepositoryTree.Read(path), path))
        {
            (byte[]? image, string[] errors) = SampleProgram.Compile(sample);
            Assert.True(image is not null, string.Join('\n', errors));
            if (sample.Runs)
            {
                string printed = await SampleProgram.Run(image, TestContext.Current.CancellationToken);
                Assert.True(sample.Output is null || sample.Output == printed, $"{sample} prints\n{printed}\nand the document shows\n{sample.Output}");
            }
        }
    }

    [Fact]
    public void The_readme_has_a_sample_of_at_most_ten_lines_that_runs()
        => Assert.InRange(Sample.In(RepositoryTree.Read("README.md"), "README.md").First(sample => sample.Runs).Code.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length, 1, 10);

    [Theory]
    [InlineData("int x = NoSuchThing();", "CS0103")]
    [InlineData("string s = null; Console.WriteLine(s);", "CS8600")]
    [InlineData("DmaKit.LogicalAddress a = 4096UL; Console.WriteLine(a);", "CS0029")]
    public void Twin_a_sample_that_does_not_compile_is_caught(string code, string error)
    {
        Sample sample = Assert.Single(Sample.In($"# A\n\n```csharp\n{code}\n```\n", "a.md"));
        (byte[]? image, string[] errors) = SampleProgram.Compile(sample);
        Assert.Null(image);
        Assert.Contains(errors, text => text.StartsWith($"a.md(4): {error}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Twin_a_sample_that_throws_or_ends_with_a_status_is_caught()
    {
        await Assert.ThrowsAsync<DmaMisuseException>(() => Run("throw new DmaKit.DmaMisuseException(\"x\");"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => Run("await Task.Yield(); return 3;"));
    }

    [Fact]
    public async Task What_a_sample_prints_is_captured()
        => Assert.Equal("0x1000\ndone\n", await Run("await Task.Yield(); Console.WriteLine(\"0x1000\"); Console.WriteLine(\"done\");"));

    [Theory]
    [InlineData("```cs\nint x;\n```")]
    [InlineData("```c#\nint x;\n```")]
    [InlineData("```csharp norun\nint x;\n```")]
    [InlineData("```csharp\nint x;\n")]
    [InlineData("```csharp\nint x;\n```\n```text output\n1\n```")]
    public void Twin_a_fence_that_would_escape_is_caught(string document)
        => Assert.Throws<FormatException>(() => Sample.In(document, "a.md").ToArray());

    [Fact]
    public void Fences_are_read_with_their_output_and_indent()
    {
        Sample[] samples = [.. Sample.In("1. A\n   ```csharp run\n   int x;\n     y();\n   ```\n   ```text output\n   1\n   ```\n```sh\nls\n```\n```csharp\nclass A;\n```\n", "a.md")];
        Assert.Equal([new("a.md", 2, "int x;\n  y();\n", true, "1\n"), new("a.md", 12, "class A;\n", false, null)], samples);
    }

    private static Task<string> Run(string code)
    {
        (byte[]? image, string[] errors) = SampleProgram.Compile(new("a.md", 1, code, true, null));
        Assert.Empty(errors);
        return SampleProgram.Run(image!, TestContext.Current.CancellationToken);
    }
}
