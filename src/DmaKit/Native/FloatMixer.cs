using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace DmaKit.Native;

/// <summary>Mixes streams of 32-bit floating point: sums in the order of the streams, each product and each sum rounded, whatever the width of the vectors.</summary>
internal static class FloatMixer
{
    /// <summary>Adds streams to sums.</summary>
    /// <param name="sums">The sums.</param>
    /// <param name="batch">Streams of at least as many samples.</param>
    /// <param name="fresh">Whether the sums are 0 whatever stands there.</param>
    internal static void Add(Span<float> sums, StreamBatch batch, bool fresh)
    {
        if (Vector512.IsHardwareAccelerated) Add<FloatLanes512>(sums, batch, fresh);
        else if (Vector256.IsHardwareAccelerated) Add<FloatLanes256>(sums, batch, fresh);
        else Add<FloatLanes128>(sums, batch, fresh);
    }

    internal static void Add<TLanes>(Span<float> sums, StreamBatch batch, bool fresh) where TLanes : struct, IFloatLanes<TLanes>
    {
        while (batch.Count > 0)
        {
            int taken = batch.Count >= 8 ? 8 : batch.Count >= 4 ? 4 : batch.Count >= 2 ? 2 : 1;
            int done = sums.Length / TLanes.Count * TLanes.Count;
            Pass<TLanes>(sums, batch, taken, fresh, 0, done);
            Pass<FloatLanes1>(sums, batch, taken, fresh, done, sums.Length);
            batch.Skip(taken);
            fresh = false;
        }
    }

    /// <summary>Adds one stream whose gain may be another for each sample.</summary>
    internal static void AddScaled(Span<float> sums, ReadOnlySpan<double> samples, ReadOnlySpan<float> gains)
    {
        // The product of a sample and a gain of 24 bits each is exact before it is rounded: the same as above.
        for (int i = 0; i < sums.Length; i++) sums[i] += (float)(samples[i] * gains[i]);
    }

    /// <summary>Writes sums as samples between -1 and 1.</summary>
    internal static void Write(ReadOnlySpan<float> sums, Span<byte> destination)
    {
        if (Vector512.IsHardwareAccelerated) Write<FloatLanes512>(sums, destination);
        else if (Vector256.IsHardwareAccelerated) Write<FloatLanes256>(sums, destination);
        else Write<FloatLanes128>(sums, destination);
    }

    internal static void Write<TLanes>(ReadOnlySpan<float> sums, Span<byte> destination) where TLanes : struct, IFloatLanes<TLanes>
    {
        // SAFETY: both are spans of the caller, the destination checked to hold as many samples; samples need no alignment on x64 and arm64.
        Span<float> samples = MemoryMarshal.Cast<byte, float>(destination)[..sums.Length];
        ref float from = ref MemoryMarshal.GetReference(sums);
        ref float to = ref MemoryMarshal.GetReference(samples);
        int at = 0;
        for (; at <= sums.Length - TLanes.Count; at += TLanes.Count) TLanes.Store(TLanes.Clamp(TLanes.Load(ref from, at)), ref to, at);
        for (; at < sums.Length; at++) FloatLanes1.Store(FloatLanes1.Clamp(FloatLanes1.Load(ref from, at)), ref to, at);
    }

    private static void Pass<TLanes>(Span<float> sums, in StreamBatch batch, int streams, bool fresh, int from, int to) where TLanes : struct, IFloatLanes<TLanes>
    {
        switch (streams)
        {
            case 8: Eight<TLanes>(sums, batch, fresh, from, to); break;
            case 4: Four<TLanes>(sums, batch, fresh, from, to); break;
            case 2: Two<TLanes>(sums, batch, fresh, from, to); break;
            default: One<TLanes>(sums, batch, fresh, from, to); break;
        }
    }

    // SAFETY: owner of the samples is the source that gave the span, which the caller holds for the length of the call; the slice checks that
    // the samples up to the end of the sums are there; any thread.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ref float First(ReadOnlySpan<byte> stream, int samples) => ref MemoryMarshal.GetReference(MemoryMarshal.Cast<byte, float>(stream)[..samples]);

    private static void One<TLanes>(Span<float> sums, in StreamBatch b, bool fresh, int from, int to) where TLanes : struct, IFloatLanes<TLanes>
    {
        // SAFETY: as for First; from and to lie within the sums, which are the caller's span.
        ref float d = ref MemoryMarshal.GetReference(sums);
        ref float s0 = ref First(b.S0, sums.Length);
        TLanes g0 = TLanes.All(b.G0);
        for (int at = from; at < to; at += TLanes.Count)
        {
            TLanes sum = fresh ? TLanes.Zero : TLanes.Load(ref d, at);
            sum = TLanes.AddProduct(sum, TLanes.Load(ref s0, at), g0);
            TLanes.Store(sum, ref d, at);
        }
    }

    private static void Two<TLanes>(Span<float> sums, in StreamBatch b, bool fresh, int from, int to) where TLanes : struct, IFloatLanes<TLanes>
    {
        // SAFETY: as for First; from and to lie within the sums, which are the caller's span.
        ref float d = ref MemoryMarshal.GetReference(sums);
        ref float s0 = ref First(b.S0, sums.Length);
        ref float s1 = ref First(b.S1, sums.Length);
        TLanes g0 = TLanes.All(b.G0), g1 = TLanes.All(b.G1);
        for (int at = from; at < to; at += TLanes.Count)
        {
            TLanes sum = fresh ? TLanes.Zero : TLanes.Load(ref d, at);
            sum = TLanes.AddProduct(sum, TLanes.Load(ref s0, at), g0);
            sum = TLanes.AddProduct(sum, TLanes.Load(ref s1, at), g1);
            TLanes.Store(sum, ref d, at);
        }
    }

    private static void Four<TLanes>(Span<float> sums, in StreamBatch b, bool fresh, int from, int to) where TLanes : struct, IFloatLanes<TLanes>
    {
        // SAFETY: as for First; from and to lie within the sums, which are the caller's span.
        ref float d = ref MemoryMarshal.GetReference(sums);
        ref float s0 = ref First(b.S0, sums.Length);
        ref float s1 = ref First(b.S1, sums.Length);
        ref float s2 = ref First(b.S2, sums.Length);
        ref float s3 = ref First(b.S3, sums.Length);
        TLanes g0 = TLanes.All(b.G0), g1 = TLanes.All(b.G1), g2 = TLanes.All(b.G2), g3 = TLanes.All(b.G3);
        for (int at = from; at < to; at += TLanes.Count)
        {
            TLanes sum = fresh ? TLanes.Zero : TLanes.Load(ref d, at);
            sum = TLanes.AddProduct(sum, TLanes.Load(ref s0, at), g0);
            sum = TLanes.AddProduct(sum, TLanes.Load(ref s1, at), g1);
            sum = TLanes.AddProduct(sum, TLanes.Load(ref s2, at), g2);
            sum = TLanes.AddProduct(sum, TLanes.Load(ref s3, at), g3);
            TLanes.Store(sum, ref d, at);
        }
    }

    private static void Eight<TLanes>(Span<float> sums, in StreamBatch b, bool fresh, int from, int to) where TLanes : struct, IFloatLanes<TLanes>
    {
        // SAFETY: as for First; from and to lie within the sums, which are the caller's span.
        ref float d = ref MemoryMarshal.GetReference(sums);
        ref float s0 = ref First(b.S0, sums.Length);
        ref float s1 = ref First(b.S1, sums.Length);
        ref float s2 = ref First(b.S2, sums.Length);
        ref float s3 = ref First(b.S3, sums.Length);
        ref float s4 = ref First(b.S4, sums.Length);
        ref float s5 = ref First(b.S5, sums.Length);
        ref float s6 = ref First(b.S6, sums.Length);
        ref float s7 = ref First(b.S7, sums.Length);
        TLanes g0 = TLanes.All(b.G0), g1 = TLanes.All(b.G1), g2 = TLanes.All(b.G2), g3 = TLanes.All(b.G3), g4 = TLanes.All(b.G4), g5 = TLanes.All(b.G5), g6 = TLanes.All(b.G6), g7 = TLanes.All(b.G7);
        for (int at = from; at < to; at += TLanes.Count)
        {
            TLanes sum = fresh ? TLanes.Zero : TLanes.Load(ref d, at);
            sum = TLanes.AddProduct(sum, TLanes.Load(ref s0, at), g0);
            sum = TLanes.AddProduct(sum, TLanes.Load(ref s1, at), g1);
            sum = TLanes.AddProduct(sum, TLanes.Load(ref s2, at), g2);
            sum = TLanes.AddProduct(sum, TLanes.Load(ref s3, at), g3);
            sum = TLanes.AddProduct(sum, TLanes.Load(ref s4, at), g4);
            sum = TLanes.AddProduct(sum, TLanes.Load(ref s5, at), g5);
            sum = TLanes.AddProduct(sum, TLanes.Load(ref s6, at), g6);
            sum = TLanes.AddProduct(sum, TLanes.Load(ref s7, at), g7);
            TLanes.Store(sum, ref d, at);
        }
    }
}
