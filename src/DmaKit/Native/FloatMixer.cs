using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace DmaKit.Native;

/// <summary>Mixes streams of 32-bit floating point: sums in the order of the streams, rounded once for each, whatever the width of the vectors.</summary>
internal static class FloatMixer
{
    /// <summary>Adds streams to sums.</summary>
    /// <param name="sums">The sums.</param>
    /// <param name="batch">Streams of at least as many samples.</param>
    /// <param name="fresh">Whether the sums are 0 whatever stands there.</param>
    /// <param name="output">Where the sums are written as samples, too, in the same pass; empty for nowhere.</param>
    internal static void Add(Span<float> sums, in StreamBatch batch, bool fresh, Span<byte> output)
    {
        if (Vector512.IsHardwareAccelerated) Add<FloatLanes512>(sums, batch, fresh, output);
        else if (Vector256.IsHardwareAccelerated) Add<FloatLanes256>(sums, batch, fresh, output);
        else Add<FloatLanes128>(sums, batch, fresh, output);
    }

    // The batch goes by reference: copying it would cost as much as a twentieth of a block of 480 frames.
    internal static void Add<TLanes>(Span<float> sums, in StreamBatch batch, bool fresh, Span<byte> output) where TLanes : struct, IFloatLanes<TLanes>
    {
        int bytes = sums.Length * sizeof(float);
        if (batch.Bytes < bytes || (!output.IsEmpty && output.Length < bytes)) throw new ArgumentException($"{sums.Length} sums, streams of {batch.Bytes} bytes, {output.Length} bytes of room.", nameof(batch));
        int taken = batch.Count >= 8 ? 8 : batch.Count >= 4 ? 4 : batch.Count >= 2 ? 2 : 1;
        if (batch.Count == taken) Add<TLanes>(sums, batch, taken, fresh, output);
        else AddInTurn<TLanes>(sums, batch, taken, fresh, output);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add<TLanes>(Span<float> sums, in StreamBatch batch, int streams, bool fresh, Span<byte> output) where TLanes : struct, IFloatLanes<TLanes>
    {
        int done = sums.Length / TLanes.Count * TLanes.Count;
        Pass<TLanes>(sums, batch, streams, fresh, output, 0, done);
        if (done < sums.Length) Pass<FloatLanes1>(sums, batch, streams, fresh, output, done, sums.Length);
    }

    private static void AddInTurn<TLanes>(Span<float> sums, in StreamBatch batch, int streams, bool fresh, Span<byte> output) where TLanes : struct, IFloatLanes<TLanes>
    {
        Add<TLanes>(sums, batch, streams, fresh, []);
        StreamBatch rest = batch;
        rest.Skip(streams);
        Add<TLanes>(sums, rest, fresh: false, output);
    }

    /// <summary>Adds one stream whose gain may be another for each sample.</summary>
    internal static void AddScaled(Span<float> sums, ReadOnlySpan<double> samples, ReadOnlySpan<float> gains)
    {
        for (int i = 0; i < sums.Length; i++) sums[i] = MathF.FusedMultiplyAdd((float)samples[i], gains[i], sums[i]);
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
        nuint done = (nuint)(sums.Length / TLanes.Count * TLanes.Count);
        for (nuint at = 0; at < done; at += (nuint)TLanes.Count) TLanes.Store(TLanes.Clamp(TLanes.Load(ref from, at)), ref to, at);
        for (nuint at = done; at < (nuint)sums.Length; at++) FloatLanes1.Store(FloatLanes1.Clamp(FloatLanes1.Load(ref from, at)), ref to, at);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Pass<TLanes>(Span<float> sums, in StreamBatch batch, int streams, bool fresh, Span<byte> output, int from, int to) where TLanes : struct, IFloatLanes<TLanes>
    {
        if (fresh && output.IsEmpty) Pass<TLanes, IFlag.Yes, IFlag.No>(sums, batch, streams, output, from, to);
        else if (fresh) Pass<TLanes, IFlag.Yes, IFlag.Yes>(sums, batch, streams, output, from, to);
        else if (output.IsEmpty) Pass<TLanes, IFlag.No, IFlag.No>(sums, batch, streams, output, from, to);
        else Pass<TLanes, IFlag.No, IFlag.Yes>(sums, batch, streams, output, from, to);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Pass<TLanes, TFresh, TWrite>(Span<float> sums, in StreamBatch batch, int streams, Span<byte> output, int from, int to)
        where TLanes : struct, IFloatLanes<TLanes>
        where TFresh : struct, IFlag
        where TWrite : struct, IFlag
    {
        switch (streams)
        {
            case 8: Eight<TLanes, TFresh, TWrite>(sums, batch, output, from, to); break;
            case 4: Four<TLanes, TFresh, TWrite>(sums, batch, output, from, to); break;
            case 2: Two<TLanes, TFresh, TWrite>(sums, batch, output, from, to); break;
            default: One<TLanes, TFresh, TWrite>(sums, batch, output, from, to); break;
        }
    }

    // SAFETY: owner of the samples is the source that gave them, which the caller holds for the length of the call; Add has checked that the
    // batch has as many samples as there are sums; any thread.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ref float First(ref byte stream) => ref Unsafe.As<byte, float>(ref stream);

    private static void One<TLanes, TFresh, TWrite>(Span<float> sums, in StreamBatch b, Span<byte> output, int from, int to)
        where TLanes : struct, IFloatLanes<TLanes>
        where TFresh : struct, IFlag
        where TWrite : struct, IFlag
    {
        // SAFETY: as for First; from and to lie within the sums, which are the caller's span, a multiple of the lanes apart.
        ref float d = ref MemoryMarshal.GetReference(sums);
        ref float o = ref TWrite.IsSet ? ref First(ref MemoryMarshal.GetReference(output)) : ref d;
        ref float s0 = ref First(ref b.S0);
        TLanes g0 = TLanes.All(b.G0);
        nuint width = (nuint)TLanes.Count;
        nuint at = (nuint)from;
        for (; at + width < (nuint)to; at += 2 * width)
        {
            TLanes sum = TFresh.IsSet ? TLanes.Zero : TLanes.Load(ref d, at);
            TLanes next = TFresh.IsSet ? TLanes.Zero : TLanes.Load(ref d, at + width);
            sum = TLanes.AddProduct(sum, ref s0, at, g0);
            next = TLanes.AddProduct(next, ref s0, at + width, g0);
            TLanes.Store(sum, ref d, at);
            TLanes.Store(next, ref d, at + width);
            if (!TWrite.IsSet) continue;
            TLanes.Store(TLanes.Clamp(sum), ref o, at);
            TLanes.Store(TLanes.Clamp(next), ref o, at + width);
        }

        if (at >= (nuint)to) return;
        TLanes rest = TFresh.IsSet ? TLanes.Zero : TLanes.Load(ref d, at);
        rest = TLanes.AddProduct(rest, ref s0, at, g0);
        TLanes.Store(rest, ref d, at);
        if (TWrite.IsSet) TLanes.Store(TLanes.Clamp(rest), ref o, at);
    }

    private static void Two<TLanes, TFresh, TWrite>(Span<float> sums, in StreamBatch b, Span<byte> output, int from, int to)
        where TLanes : struct, IFloatLanes<TLanes>
        where TFresh : struct, IFlag
        where TWrite : struct, IFlag
    {
        // SAFETY: as for First; from and to lie within the sums, which are the caller's span, a multiple of the lanes apart.
        ref float d = ref MemoryMarshal.GetReference(sums);
        ref float o = ref TWrite.IsSet ? ref First(ref MemoryMarshal.GetReference(output)) : ref d;
        ref float s0 = ref First(ref b.S0);
        ref float s1 = ref First(ref b.S1);
        TLanes g0 = TLanes.All(b.G0), g1 = TLanes.All(b.G1);
        nuint width = (nuint)TLanes.Count;
        nuint at = (nuint)from;
        for (; at + width < (nuint)to; at += 2 * width)
        {
            TLanes sum = TFresh.IsSet ? TLanes.Zero : TLanes.Load(ref d, at);
            TLanes next = TFresh.IsSet ? TLanes.Zero : TLanes.Load(ref d, at + width);
            sum = TLanes.AddProduct(sum, ref s0, at, g0);
            next = TLanes.AddProduct(next, ref s0, at + width, g0);
            sum = TLanes.AddProduct(sum, ref s1, at, g1);
            next = TLanes.AddProduct(next, ref s1, at + width, g1);
            TLanes.Store(sum, ref d, at);
            TLanes.Store(next, ref d, at + width);
            if (!TWrite.IsSet) continue;
            TLanes.Store(TLanes.Clamp(sum), ref o, at);
            TLanes.Store(TLanes.Clamp(next), ref o, at + width);
        }

        if (at >= (nuint)to) return;
        TLanes rest = TFresh.IsSet ? TLanes.Zero : TLanes.Load(ref d, at);
        rest = TLanes.AddProduct(rest, ref s0, at, g0);
        rest = TLanes.AddProduct(rest, ref s1, at, g1);
        TLanes.Store(rest, ref d, at);
        if (TWrite.IsSet) TLanes.Store(TLanes.Clamp(rest), ref o, at);
    }

    private static void Four<TLanes, TFresh, TWrite>(Span<float> sums, in StreamBatch b, Span<byte> output, int from, int to)
        where TLanes : struct, IFloatLanes<TLanes>
        where TFresh : struct, IFlag
        where TWrite : struct, IFlag
    {
        // SAFETY: as for First; from and to lie within the sums, which are the caller's span, a multiple of the lanes apart.
        ref float d = ref MemoryMarshal.GetReference(sums);
        ref float o = ref TWrite.IsSet ? ref First(ref MemoryMarshal.GetReference(output)) : ref d;
        ref float s0 = ref First(ref b.S0);
        ref float s1 = ref First(ref b.S1);
        ref float s2 = ref First(ref b.S2);
        ref float s3 = ref First(ref b.S3);
        TLanes g0 = TLanes.All(b.G0), g1 = TLanes.All(b.G1), g2 = TLanes.All(b.G2), g3 = TLanes.All(b.G3);
        nuint width = (nuint)TLanes.Count;
        nuint at = (nuint)from;
        for (; at + width < (nuint)to; at += 2 * width)
        {
            TLanes sum = TFresh.IsSet ? TLanes.Zero : TLanes.Load(ref d, at);
            TLanes next = TFresh.IsSet ? TLanes.Zero : TLanes.Load(ref d, at + width);
            sum = TLanes.AddProduct(sum, ref s0, at, g0);
            next = TLanes.AddProduct(next, ref s0, at + width, g0);
            sum = TLanes.AddProduct(sum, ref s1, at, g1);
            next = TLanes.AddProduct(next, ref s1, at + width, g1);
            sum = TLanes.AddProduct(sum, ref s2, at, g2);
            next = TLanes.AddProduct(next, ref s2, at + width, g2);
            sum = TLanes.AddProduct(sum, ref s3, at, g3);
            next = TLanes.AddProduct(next, ref s3, at + width, g3);
            TLanes.Store(sum, ref d, at);
            TLanes.Store(next, ref d, at + width);
            if (!TWrite.IsSet) continue;
            TLanes.Store(TLanes.Clamp(sum), ref o, at);
            TLanes.Store(TLanes.Clamp(next), ref o, at + width);
        }

        if (at >= (nuint)to) return;
        TLanes rest = TFresh.IsSet ? TLanes.Zero : TLanes.Load(ref d, at);
        rest = TLanes.AddProduct(rest, ref s0, at, g0);
        rest = TLanes.AddProduct(rest, ref s1, at, g1);
        rest = TLanes.AddProduct(rest, ref s2, at, g2);
        rest = TLanes.AddProduct(rest, ref s3, at, g3);
        TLanes.Store(rest, ref d, at);
        if (TWrite.IsSet) TLanes.Store(TLanes.Clamp(rest), ref o, at);
    }

    private static void Eight<TLanes, TFresh, TWrite>(Span<float> sums, in StreamBatch b, Span<byte> output, int from, int to)
        where TLanes : struct, IFloatLanes<TLanes>
        where TFresh : struct, IFlag
        where TWrite : struct, IFlag
    {
        // SAFETY: as for First; from and to lie within the sums, which are the caller's span, a multiple of the lanes apart.
        ref float d = ref MemoryMarshal.GetReference(sums);
        ref float o = ref TWrite.IsSet ? ref First(ref MemoryMarshal.GetReference(output)) : ref d;
        ref float s0 = ref First(ref b.S0);
        ref float s1 = ref First(ref b.S1);
        ref float s2 = ref First(ref b.S2);
        ref float s3 = ref First(ref b.S3);
        ref float s4 = ref First(ref b.S4);
        ref float s5 = ref First(ref b.S5);
        ref float s6 = ref First(ref b.S6);
        ref float s7 = ref First(ref b.S7);
        TLanes g0 = TLanes.All(b.G0), g1 = TLanes.All(b.G1), g2 = TLanes.All(b.G2), g3 = TLanes.All(b.G3), g4 = TLanes.All(b.G4), g5 = TLanes.All(b.G5), g6 = TLanes.All(b.G6), g7 = TLanes.All(b.G7);
        nuint width = (nuint)TLanes.Count;
        nuint at = (nuint)from;
        // Four sums at once: eight products on one sum wait for each other, and fewer than four do not fill the time.
        for (; at + (3 * width) < (nuint)to; at += 4 * width)
        {
            TLanes sum0 = TFresh.IsSet ? TLanes.Zero : TLanes.Load(ref d, at);
            TLanes sum1 = TFresh.IsSet ? TLanes.Zero : TLanes.Load(ref d, at + (1 * width));
            TLanes sum2 = TFresh.IsSet ? TLanes.Zero : TLanes.Load(ref d, at + (2 * width));
            TLanes sum3 = TFresh.IsSet ? TLanes.Zero : TLanes.Load(ref d, at + (3 * width));
            sum0 = TLanes.AddProduct(sum0, ref s0, at, g0);
            sum1 = TLanes.AddProduct(sum1, ref s0, at + (1 * width), g0);
            sum2 = TLanes.AddProduct(sum2, ref s0, at + (2 * width), g0);
            sum3 = TLanes.AddProduct(sum3, ref s0, at + (3 * width), g0);
            sum0 = TLanes.AddProduct(sum0, ref s1, at, g1);
            sum1 = TLanes.AddProduct(sum1, ref s1, at + (1 * width), g1);
            sum2 = TLanes.AddProduct(sum2, ref s1, at + (2 * width), g1);
            sum3 = TLanes.AddProduct(sum3, ref s1, at + (3 * width), g1);
            sum0 = TLanes.AddProduct(sum0, ref s2, at, g2);
            sum1 = TLanes.AddProduct(sum1, ref s2, at + (1 * width), g2);
            sum2 = TLanes.AddProduct(sum2, ref s2, at + (2 * width), g2);
            sum3 = TLanes.AddProduct(sum3, ref s2, at + (3 * width), g2);
            sum0 = TLanes.AddProduct(sum0, ref s3, at, g3);
            sum1 = TLanes.AddProduct(sum1, ref s3, at + (1 * width), g3);
            sum2 = TLanes.AddProduct(sum2, ref s3, at + (2 * width), g3);
            sum3 = TLanes.AddProduct(sum3, ref s3, at + (3 * width), g3);
            sum0 = TLanes.AddProduct(sum0, ref s4, at, g4);
            sum1 = TLanes.AddProduct(sum1, ref s4, at + (1 * width), g4);
            sum2 = TLanes.AddProduct(sum2, ref s4, at + (2 * width), g4);
            sum3 = TLanes.AddProduct(sum3, ref s4, at + (3 * width), g4);
            sum0 = TLanes.AddProduct(sum0, ref s5, at, g5);
            sum1 = TLanes.AddProduct(sum1, ref s5, at + (1 * width), g5);
            sum2 = TLanes.AddProduct(sum2, ref s5, at + (2 * width), g5);
            sum3 = TLanes.AddProduct(sum3, ref s5, at + (3 * width), g5);
            sum0 = TLanes.AddProduct(sum0, ref s6, at, g6);
            sum1 = TLanes.AddProduct(sum1, ref s6, at + (1 * width), g6);
            sum2 = TLanes.AddProduct(sum2, ref s6, at + (2 * width), g6);
            sum3 = TLanes.AddProduct(sum3, ref s6, at + (3 * width), g6);
            sum0 = TLanes.AddProduct(sum0, ref s7, at, g7);
            sum1 = TLanes.AddProduct(sum1, ref s7, at + (1 * width), g7);
            sum2 = TLanes.AddProduct(sum2, ref s7, at + (2 * width), g7);
            sum3 = TLanes.AddProduct(sum3, ref s7, at + (3 * width), g7);
            TLanes.Store(sum0, ref d, at);
            TLanes.Store(sum1, ref d, at + (1 * width));
            TLanes.Store(sum2, ref d, at + (2 * width));
            TLanes.Store(sum3, ref d, at + (3 * width));
            if (!TWrite.IsSet) continue;
            TLanes.Store(TLanes.Clamp(sum0), ref o, at);
            TLanes.Store(TLanes.Clamp(sum1), ref o, at + (1 * width));
            TLanes.Store(TLanes.Clamp(sum2), ref o, at + (2 * width));
            TLanes.Store(TLanes.Clamp(sum3), ref o, at + (3 * width));
        }

        for (; at < (nuint)to; at += width)
        {
            TLanes rest = TFresh.IsSet ? TLanes.Zero : TLanes.Load(ref d, at);
            rest = TLanes.AddProduct(rest, ref s0, at, g0);
            rest = TLanes.AddProduct(rest, ref s1, at, g1);
            rest = TLanes.AddProduct(rest, ref s2, at, g2);
            rest = TLanes.AddProduct(rest, ref s3, at, g3);
            rest = TLanes.AddProduct(rest, ref s4, at, g4);
            rest = TLanes.AddProduct(rest, ref s5, at, g5);
            rest = TLanes.AddProduct(rest, ref s6, at, g6);
            rest = TLanes.AddProduct(rest, ref s7, at, g7);
            TLanes.Store(rest, ref d, at);
            if (TWrite.IsSet) TLanes.Store(TLanes.Clamp(rest), ref o, at);
        }
    }
}
