using System.Runtime.InteropServices;
using DmaKit.Native;

namespace DmaKit.Benchmarks.Native;

/// <summary>Eight stereo streams of 480 frames in native memory, mixed by us and by C.</summary>
internal sealed unsafe partial class MixPeer : IDisposable
{
    internal const int Streams = 8;
    internal const int Samples = 960;

    // Not a multiple of a page: streams that all begin in the same set of the first cache push each other out, and that is not what is measured.
    private const int StreamBytes = 4096 + 320;

    // SAFETY: owner: this object, freed once by Dispose; one thread.
    private readonly byte* _memory = (byte*)NativeMemory.AlignedAlloc((Streams + 4) * StreamBytes, 4096);

    // SAFETY: as above.
    private readonly float* _gains = (float*)NativeMemory.AlignedAlloc(64, 64);

    // SAFETY: as above.
    private readonly byte** _in = (byte**)NativeMemory.AlignedAlloc(64, 64);

    // SAFETY: owner: this object, until Dispose; every stream has StreamBytes, which is more than its samples; one thread.
    internal MixPeer(bool isFloat)
    {
        var random = new Random(1);
        for (int s = 0; s < Streams; s++)
        {
            _in[s] = _memory + (s * StreamBytes);
            _gains[s] = (float)random.NextDouble();
            for (int i = 0; i < Samples; i++)
            {
                if (isFloat) ((float*)_in[s])[i] = (float)random.NextDouble() - 0.5f;
                else ((short*)_in[s])[i] = (short)random.Next(-16384, 16384);
            }
        }
    }

    // SAFETY: as above.
    internal Span<byte> Output(int which, int bytes) => new(_memory + ((Streams + which) * StreamBytes), bytes);

    // SAFETY: as above; sums take the room of the third output, which is as long as 960 numbers of 32 bits.
    internal Span<T> Sums<T>() where T : unmanaged => new(_memory + ((Streams + 2) * StreamBytes), Samples);

    // SAFETY: as above.
    internal StreamBatch Batch(int sampleBytes, bool gains)
    {
        var batch = default(StreamBatch);
        for (int s = 0; s < Streams; s++) batch.Add(new ReadOnlySpan<byte>(_in[s], Samples * sampleBytes), gains ? _gains[s] : 1);
        return batch;
    }

    // SAFETY: functions of benchmarks/peers/mix.c with these parameters; they read eight streams of as many samples and write one.
    internal long Float(int n) => MixFloat(_memory + (Streams * StreamBytes), _in, _gains, Samples, n);

    internal long Short(int n) => MixShort(_memory + (Streams * StreamBytes), _in, Samples, n);

    internal long ShortPairs(int n) => MixShortPairs(_memory + (Streams * StreamBytes), _in, Samples, n);

    // SAFETY: the text is never freed.
    internal static string Vectors() => Marshal.PtrToStringUTF8((nint)MixVectors())!;

    // SAFETY: as in the constructor.
    public void Dispose()
    {
        NativeMemory.AlignedFree(_memory);
        NativeMemory.AlignedFree(_gains);
        NativeMemory.AlignedFree(_in);
    }

    // SAFETY: see Float.
    [LibraryImport("peer-own", EntryPoint = "mix_float")]
    private static partial long MixFloat(byte* output, byte** input, float* gains, int samples, int times);

    // SAFETY: see Float.
    [LibraryImport("peer-own", EntryPoint = "mix_s16")]
    private static partial long MixShort(byte* output, byte** input, int samples, int times);

    // SAFETY: see Float.
    [LibraryImport("peer-own", EntryPoint = "mix_s16_pairs")]
    private static partial long MixShortPairs(byte* output, byte** input, int samples, int times);

    // SAFETY: see Vectors.
    [LibraryImport("peer-own", EntryPoint = "mix_vectors")]
    private static partial byte* MixVectors();
}
