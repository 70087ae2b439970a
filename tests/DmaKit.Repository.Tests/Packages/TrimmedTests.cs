namespace DmaKit.Repository.Tests;

/// <summary>A trimmed program that keeps all of our libraries: the linker finds nothing to warn of in them, and the program still runs.</summary>
public sealed class TrimmedTests
{
    [Fact(Explicit = true)]
    [Trait("Category", "Soak")]
    public async Task Trimmed_readme_sample_runs()
    {
        string folder = Directory.CreateTempSubdirectory("dmakit-trimmed-").FullName;
        try
        {
            // What was built is referenced as files: building it again for one runtime would write that into the lock files.
            string[] libraries = [.. PublicApiTests.Libraries.Select(row => row.Data)];
            Sample sample = Sample.In(RepositoryTree.Read("README.md"), "README.md").First(s => s.Runs);
            await Write(folder, "Program.cs", sample.Code);
            await Write(folder, "trimmed.csproj", $"""
                <Project Sdk="Microsoft.NET.Sdk">
                  <PropertyGroup>
                    <OutputType>Exe</OutputType>
                    <TargetFramework>net10.0</TargetFramework>
                    <Nullable>enable</Nullable>
                    <ImplicitUsings>enable</ImplicitUsings>
                    <InvariantGlobalization>true</InvariantGlobalization>
                    <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
                    <PublishTrimmed>true</PublishTrimmed>
                    <RuntimeIdentifier>$(NETCoreSdkPortableRuntimeIdentifier)</RuntimeIdentifier>
                    <SelfContained>true</SelfContained>
                    <TrimmerSingleWarn>false</TrimmerSingleWarn>
                  </PropertyGroup>
                  <ItemGroup>
                    <Reference Include="{Path.Combine(AppContext.BaseDirectory, "Microsoft.Extensions.*.dll")}" />
                    {string.Join("\n    ", libraries.Select(name => $"<Reference Include=\"{Path.Combine(AppContext.BaseDirectory, name + ".dll")}\" />"))}
                    {string.Join("\n    ", libraries.Select(name => $"<TrimmerRootAssembly Include=\"{name}\" />"))}
                  </ItemGroup>
                </Project>
                """);
            (await Run("dotnet", folder, "publish", "--nologo", "-o", "out")).Succeeded();
            ProcessRun run = (await Run(Path.Combine(folder, "out", "trimmed"), folder)).Succeeded();
            TestContext.Current.TestOutputHelper!.WriteLine(run.Output);
            Assert.True(sample.Output is null || sample.Output.TrimEnd() == run.Output, run.Output);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static Task<ProcessRun> Run(string program, string folder, params string[] arguments)
        => ProcessRun.Of(program, arguments, folder, new Dictionary<string, string?>(StringComparer.Ordinal) { ["MSBUILDDISABLENODEREUSE"] = "1", ["UseSharedCompilation"] = "false" }, TestContext.Current.CancellationToken);

    private static Task Write(string folder, string name, string text)
        => File.WriteAllTextAsync(Path.Combine(folder, name), text, TestContext.Current.CancellationToken);
}
