namespace DmaKit.Repository.Tests;

public sealed class UnsafeFenceTests
{
    private static readonly string[] Everywhere = ["src", "tests", "samples", "benchmarks"];

    [Fact]
    public void Unsafe_code_and_barriers_stay_behind_the_fence()
        => Finding.None(RepositoryTree.Sources(Everywhere).SelectMany(UnsafeFence.InSource));

    [Fact]
    public void Unsafe_code_says_why_it_is_safe()
        => Finding.None(RepositoryTree.Sources(Everywhere).SelectMany(SafetyComments.InSource));

    [Fact]
    public void Drivers_models_formats_and_tool_allow_no_unsafe_code()
        => Finding.None(RepositoryTree.Files.Where(path => path.EndsWith(".csproj", StringComparison.Ordinal)).SelectMany(path => UnsafeFence.InProject(RepositoryTree.Read(path), path)));

    [Theory]
    [InlineData("unsafe class A;")]
    [InlineData("class A { void M() { unsafe { } } }")]
    [InlineData("class A { int* p; }")]
    [InlineData("class A { delegate*<void> f; }")]
    [InlineData("class A { ref int M(ref byte b) => ref System.Runtime.CompilerServices.Unsafe.As<byte, int>(ref b); }")]
    [InlineData("class A { object M(System.Span<byte> s) => MemoryMarshal.Cast<byte, int>(s).Length; }")]
    [InlineData("class A { [LibraryImport(\"libc\")] static partial int getpid(); }")]
    [InlineData("class A { [DllImport(\"libc\")] static extern int getpid(); }")]
    public void Twin_unsafe_code_is_caught_outside_native_and_free_inside(string bad)
    {
        Assert.Contains("Native", Assert.Single(UnsafeFence.InSource(new("src/DmaKit/Mapping/A.cs", bad))).What, StringComparison.Ordinal);
        Assert.Empty(UnsafeFence.InSource(new("src/DmaKit/Native/A.cs", bad)));
    }

    [Theory]
    [InlineData("class A { int x; int M() => Volatile.Read(ref x); }")]
    [InlineData("class A { void M() => System.Threading.Thread.MemoryBarrier(); }")]
    [InlineData("class A { void M() => Interlocked.MemoryBarrier(); }")]
    [InlineData("class A { volatile int x; }")]
    public void Twin_a_barrier_is_caught_outside_native_and_rings(string bad)
    {
        Assert.Single(UnsafeFence.InSource(new("src/DmaKit/Commands/A.cs", bad)));
        Assert.Empty(UnsafeFence.InSource(new("src/DmaKit/Rings/A.cs", bad)));
        Assert.Empty(UnsafeFence.InSource(new("src/DmaKit/Native/A.cs", bad)));
    }

    [Theory]
    [InlineData("class A { void M() { unsafe { } } }")]
    [InlineData("unsafe class A { int M(int* p) => *p; }")]
    [InlineData("unsafe class A { int M(int* p) => p[3]; }")]
    [InlineData("unsafe class A { int M(System.Drawing.Point* p) => p->X; }")]
    [InlineData("unsafe class A { void* M(nint p) => (void*)p; }")]
    [InlineData("class A { ref int M(ref byte b) => ref Unsafe.As<byte, int>(ref b); }")]
    [InlineData("class A { [LibraryImport(\"libc\")] static partial int getpid(); }")]
    [InlineData("unsafe class A {\n // SAFETY: of another member.\n void* N(nint p) => (void*)p;\n int M(int* p) => *p; }")]
    public void Twin_unsafe_code_without_a_reason_is_caught(string bad)
        => Assert.Single(SafetyComments.InSource(new("src/DmaKit/Native/A.cs", bad)));

    [Theory]
    [InlineData("class A { void M() {\n // SAFETY: nothing is touched.\n unsafe { } } }")]
    [InlineData("unsafe class A {\n // SAFETY: the caller owns p.\n int M(int* p) => *p; }")]
    [InlineData("unsafe class A { int M(int* p) { /* SAFETY: the caller owns p. */ return p[3]; } }")]
    [InlineData("// SAFETY: takes no memory.\nclass A { [LibraryImport(\"libc\")] static partial int getpid(); }")]
    [InlineData("class A { int M() => Unsafe.SizeOf<long>(); }")]
    [InlineData("class A { int[] p = []; int M(int a) => a * p[3]; }")]
    public void A_reason_is_accepted(string good)
        => Assert.Empty(SafetyComments.InSource(new("src/DmaKit/Native/A.cs", good)));

    [Fact]
    public void Twin_a_project_that_must_not_allow_unsafe_blocks_is_caught()
    {
        const string Text = "<Project><PropertyGroup><AllowUnsafeBlocks>true</AllowUnsafeBlocks></PropertyGroup></Project>";
        Assert.Single(UnsafeFence.InProject(Text, "src/DmaKit.Drivers/DmaKit.Drivers.csproj"));
        Assert.Empty(UnsafeFence.InProject(Text, "src/DmaKit/DmaKit.csproj"));
    }
}
