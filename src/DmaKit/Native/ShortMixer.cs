using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace DmaKit.Native;

/// <summary>
/// Mixes streams of 16 bits. Sums are whole numbers of sixteenths of a sample's step, in 32 bits, so that they do not depend on the order and a stream that is taken
/// out leaves nothing behind; what is written is rounded once and saturates once.
/// </summary>
internal static class ShortMixer
{
    /// <summary>Bits of a sum below a sample's lowest.</summary>
    internal const int Fraction = 4;

    /// <summary>The greatest sum of gains of full-scale streams that 32 bits hold.</summary>
    internal const double Headroom = (1 << (31 - 15 - Fraction)) - 1;

    // A sample of floating point may stand above full scale, and a gain may bring it back. More than this is cut.
    internal const double LoudestSample = 8;

    private const float StepsOfFullScale = 32768;
    private const float StepParts = 1 << Fraction;

    /// <summary>Adds streams as they are, gain 1.</summary>
    /// <param name="sums">The sums.</param>
    /// <param name="batch">Streams of at least as many samples.</param>
    /// <param name="fresh">Whether the sums are 0 whatever stands there.</param>
    /// <param name="output">Where the sums are written as samples, too, in the same pass; empty for nowhere.</param>
    internal static void Add(Span<int> sums, in StreamBatch batch, bool fresh, Span<byte> output)
    {
        if (Avx512BW.IsSupported) Add<ShortLanes512>(sums, batch, fresh, output);
        else if (Avx2.IsSupported) Add<ShortLanes256>(sums, batch, fresh, output);
        else Add<ShortLanes128>(sums, batch, fresh, output);
    }

    // The batch goes by reference: copying it would cost as much as a twentieth of a block of 480 frames.
    internal static void Add<TLanes>(Span<int> sums, in StreamBatch batch, bool fresh, Span<byte> output) where TLanes : struct, IShortLanes<TLanes>
    {
        int bytes = sums.Length * sizeof(short);
        if (batch.Bytes < bytes || (!output.IsEmpty && output.Length < bytes)) throw new ArgumentException($"{sums.Length} sums, streams of {batch.Bytes} bytes, {output.Length} bytes of room.", nameof(batch));
        int taken = batch.Count >= 8 ? 8 : batch.Count >= 4 ? 4 : batch.Count >= 2 ? 2 : 1;
        if (batch.Count == taken) Add<TLanes>(sums, batch, taken, fresh, output);
        else AddInTurn<TLanes>(sums, batch, taken, fresh, output);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add<TLanes>(Span<int> sums, in StreamBatch batch, int streams, bool fresh, Span<byte> output) where TLanes : struct, IShortLanes<TLanes>
    {
        int done = sums.Length / TLanes.Count * TLanes.Count;
        Pass<TLanes>(sums, batch, streams, fresh, output, 0, done);
        if (done < sums.Length) Pass<ShortLanes1>(sums, batch, streams, fresh, output, done, sums.Length);
    }

    private static void AddInTurn<TLanes>(Span<int> sums, in StreamBatch batch, int streams, bool fresh, Span<byte> output) where TLanes : struct, IShortLanes<TLanes>
    {
        Add<TLanes>(sums, batch, streams, fresh, []);
        StreamBatch rest = batch;
        rest.Skip(streams);
        Add<TLanes>(sums, rest, fresh: false, output);
    }

    /// <summary>Adds one stream of 16 bits with a gain: the first of a batch.</summary>
    internal static void AddScaled(Span<int> sums, in StreamBatch batch)
    {
        if (batch.Bytes < sums.Length * sizeof(short)) throw new ArgumentException($"{sums.Length} sums, a stream of {batch.Bytes} bytes.", nameof(batch));

        // SAFETY: as for First.
        ref short s = ref First(ref batch.S0);
        ref int d = ref MemoryMarshal.GetReference(sums);
        float steps = batch.G0 * StepParts;
        int at = 0;
        for (; at <= sums.Length - Vector256<short>.Count; at += Vector256<short>.Count)
        {
            Vector256<short> sixteen = Vector256.LoadUnsafe(ref s, (nuint)at);
            Scaled(Vector256.WidenLower(sixteen), steps, ref d, at);
            Scaled(Vector256.WidenUpper(sixteen), steps, ref d, at + Vector256<int>.Count);
        }

        for (; at < sums.Length; at++) sums[at] += (int)MathF.Round(Unsafe.Add(ref s, at) * steps);
    }

    /// <summary>Adds one stream whose gain may be another for each sample.</summary>
    internal static void AddScaled(Span<int> sums, ReadOnlySpan<double> samples, ReadOnlySpan<float> gains)
    {
        for (int i = 0; i < sums.Length; i++)
        {
            double sample = double.IsNaN(samples[i]) ? 0 : Math.Clamp(samples[i], -LoudestSample, LoudestSample);
            sums[i] += (int)MathF.Round((float)(sample * StepsOfFullScale) * (gains[i] * StepParts));
        }
    }

    /// <summary>Writes sums as samples of 16 bits.</summary>
    internal static void Write(ReadOnlySpan<int> sums, Span<byte> destination)
    {
        if (Avx512BW.IsSupported) Write<ShortLanes512>(sums, destination);
        else if (Avx2.IsSupported) Write<ShortLanes256>(sums, destination);
        else Write<ShortLanes128>(sums, destination);
    }

    internal static void Write<TLanes>(ReadOnlySpan<int> sums, Span<byte> destination) where TLanes : struct, IShortLanes<TLanes>
    {
        // SAFETY: both are spans of the caller; the slice checks that there is room; any thread.
        Span<short> samples = MemoryMarshal.Cast<byte, short>(destination)[..sums.Length];
        ref int from = ref MemoryMarshal.GetReference(sums);
        ref short to = ref MemoryMarshal.GetReference(samples);
        nuint done = (nuint)(sums.Length / TLanes.Count * TLanes.Count);
        for (nuint at = 0; at < done; at += (nuint)TLanes.Count) TLanes.Write(TLanes.Load(ref from, at), ref to, at);
        for (nuint at = done; at < (nuint)sums.Length; at++) ShortLanes1.Write(ShortLanes1.Load(ref from, at), ref to, at);
    }

    /// <summary>Writes sums as samples of 8 bits without a sign.</summary>
    internal static void WriteBytes(ReadOnlySpan<int> sums, Span<byte> destination)
    {
        const int Shift = Fraction + 8;
        for (int i = 0; i < sums.Length; i++) destination[i] = (byte)(Math.Clamp((sums[i] + (1 << (Shift - 1))) >> Shift, sbyte.MinValue, sbyte.MaxValue) + 128);
    }

    // SAFETY: the caller checked that eight sums from the index on are within the span.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Scaled(Vector256<int> samples, float steps, ref int sums, int at) =>
        (Vector256.LoadUnsafe(ref sums, (nuint)at) + Vector256.ConvertToInt32Native(Vector256.Round(Vector256.ConvertToSingle(samples) * steps))).StoreUnsafe(ref sums, (nuint)at);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Pass<TLanes>(Span<int> sums, in StreamBatch batch, int streams, bool fresh, Span<byte> output, int from, int to) where TLanes : struct, IShortLanes<TLanes>
    {
        if (fresh && output.IsEmpty) Pass<TLanes, IFlag.Yes, IFlag.No>(sums, batch, streams, output, from, to);
        else if (fresh) Pass<TLanes, IFlag.Yes, IFlag.Yes>(sums, batch, streams, output, from, to);
        else if (output.IsEmpty) Pass<TLanes, IFlag.No, IFlag.No>(sums, batch, streams, output, from, to);
        else Pass<TLanes, IFlag.No, IFlag.Yes>(sums, batch, streams, output, from, to);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Pass<TLanes, TFresh, TWrite>(Span<int> sums, in StreamBatch batch, int streams, Span<byte> output, int from, int to)
        where TLanes : struct, IShortLanes<TLanes>
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
    private static ref short First(ref byte stream) => ref Unsafe.As<byte, short>(ref stream);

    private static void One<TLanes, TFresh, TWrite>(Span<int> sums, in StreamBatch b, Span<byte> output, int from, int to)
        where TLanes : struct, IShortLanes<TLanes>
        where TFresh : struct, IFlag
        where TWrite : struct, IFlag
    {
        // SAFETY: as for First; from and to lie within the sums, which are the caller's span, a multiple of the lanes apart.
        ref int d = ref MemoryMarshal.GetReference(sums);
        ref short s0 = ref First(ref b.S0);
        ref short o = ref TWrite.IsSet ? ref First(ref MemoryMarshal.GetReference(output)) : ref s0;
        for (nuint at = (nuint)from; at < (nuint)to; at += (nuint)TLanes.Count)
        {
            TLanes sum = TLanes.Store(TLanes.Single(ref s0, at), ref d, at, TFresh.IsSet);
            if (TWrite.IsSet) TLanes.Write(sum, ref o, at);
        }
    }

    private static void Two<TLanes, TFresh, TWrite>(Span<int> sums, in StreamBatch b, Span<byte> output, int from, int to)
        where TLanes : struct, IShortLanes<TLanes>
        where TFresh : struct, IFlag
        where TWrite : struct, IFlag
    {
        // SAFETY: as for First; from and to lie within the sums, which are the caller's span, a multiple of the lanes apart.
        ref int d = ref MemoryMarshal.GetReference(sums);
        ref short s0 = ref First(ref b.S0);
        ref short s1 = ref First(ref b.S1);
        ref short o = ref TWrite.IsSet ? ref First(ref MemoryMarshal.GetReference(output)) : ref s0;
        for (nuint at = (nuint)from; at < (nuint)to; at += (nuint)TLanes.Count)
        {
            TLanes sum = TLanes.Store(TLanes.Pair(ref s0, ref s1, at), ref d, at, TFresh.IsSet);
            if (TWrite.IsSet) TLanes.Write(sum, ref o, at);
        }
    }

    private static void Four<TLanes, TFresh, TWrite>(Span<int> sums, in StreamBatch b, Span<byte> output, int from, int to)
        where TLanes : struct, IShortLanes<TLanes>
        where TFresh : struct, IFlag
        where TWrite : struct, IFlag
    {
        // SAFETY: as for First; from and to lie within the sums, which are the caller's span, a multiple of the lanes apart.
        ref int d = ref MemoryMarshal.GetReference(sums);
        ref short s0 = ref First(ref b.S0);
        ref short s1 = ref First(ref b.S1);
        ref short s2 = ref First(ref b.S2);
        ref short s3 = ref First(ref b.S3);
        ref short o = ref TWrite.IsSet ? ref First(ref MemoryMarshal.GetReference(output)) : ref s0;
        for (nuint at = (nuint)from; at < (nuint)to; at += (nuint)TLanes.Count)
        {
            TLanes sum = TLanes.Store(TLanes.Plus(TLanes.Pair(ref s0, ref s1, at), TLanes.Pair(ref s2, ref s3, at)), ref d, at, TFresh.IsSet);
            if (TWrite.IsSet) TLanes.Write(sum, ref o, at);
        }
    }

    private static void Eight<TLanes, TFresh, TWrite>(Span<int> sums, in StreamBatch b, Span<byte> output, int from, int to)
        where TLanes : struct, IShortLanes<TLanes>
        where TFresh : struct, IFlag
        where TWrite : struct, IFlag
    {
        // SAFETY: as for First; from and to lie within the sums, which are the caller's span, a multiple of the lanes apart.
        ref int d = ref MemoryMarshal.GetReference(sums);
        ref short s0 = ref First(ref b.S0);
        ref short s1 = ref First(ref b.S1);
        ref short s2 = ref First(ref b.S2);
        ref short s3 = ref First(ref b.S3);
        ref short s4 = ref First(ref b.S4);
        ref short s5 = ref First(ref b.S5);
        ref short s6 = ref First(ref b.S6);
        ref short s7 = ref First(ref b.S7);
        ref short o = ref TWrite.IsSet ? ref First(ref MemoryMarshal.GetReference(output)) : ref s0;
        for (nuint at = (nuint)from; at < (nuint)to; at += (nuint)TLanes.Count)
        {
            TLanes sum = TLanes.Store(TLanes.Plus(TLanes.Plus(TLanes.Plus(TLanes.Pair(ref s0, ref s1, at), TLanes.Pair(ref s2, ref s3, at)), TLanes.Pair(ref s4, ref s5, at)), TLanes.Pair(ref s6, ref s7, at)), ref d, at, TFresh.IsSet);
            if (TWrite.IsSet) TLanes.Write(sum, ref o, at);
        }
    }
}
