using System.Runtime.InteropServices;

namespace DmaKit.Benchmarks;

/// <summary>One operation of the trace; laid out as benchmarks/peers/trace.c reads it.</summary>
/// <param name="Slot">Whose piece is freed and allocated anew.</param>
/// <param name="Length">Its new length in bytes.</param>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct TraceOperation(int Slot, int Length);
