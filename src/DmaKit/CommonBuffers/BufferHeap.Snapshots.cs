using System.Text.Json;
using DmaKit.Native;

namespace DmaKit;

public sealed partial class BufferHeap
{
    /// <summary>Looks at every run. Nobody else allocates or frees meanwhile: for people, not for loops.</summary>
    public BufferHeapSnapshot TakeSnapshot()
    {
        // Nothing is allocated under the gate: the room is made before, and made larger when the heap has grown meanwhile.
        var nodes = new (uint Node, HeapNode Run, uint Flags)[64];
        string?[] names = new string?[64];
        while (true)
        {
            _gate.Enter();
            int count = _core.CopyRuns(nodes);
            if (count <= nodes.Length)
            {
                for (int i = 0; i < count; i++) names[i] = (nodes[i].Flags & HeapTag.Named) != 0 && !IsFree(nodes[i].Flags) ? _names![nodes[i].Node] : null;
                BufferHeapStatistics figures = FiguresLocked();
                _gate.Leave();
                var runs = new HeapRun[count];
                for (int i = 0; i < count; i++) runs[i] = new HeapRun(RangeOf(nodes[i].Run.Offset, (long)nodes[i].Run.Length << _shift), IsFree(nodes[i].Flags), names[i]);
                return new BufferHeapSnapshot(Name, new LogicalRange(new LogicalAddress(_logical), Capacity), Granule, figures, runs);
            }

            _gate.Leave();
            nodes = new (uint Node, HeapNode Run, uint Flags)[count + (count / 4)];
            names = new string?[nodes.Length];
        }

        static bool IsFree(uint flags) => (flags & (HeapTag.Free | HeapTag.Kept)) != 0;
    }

    /// <inheritdoc cref="BufferHeapSnapshot.WriteText"/>
    public void WriteText(TextWriter writer) => TakeSnapshot().WriteText(writer);

    /// <inheritdoc cref="BufferHeapSnapshot.WriteJson"/>
    public void WriteJson(Utf8JsonWriter writer) => TakeSnapshot().WriteJson(writer);

    /// <inheritdoc cref="BufferHeapSnapshot.WriteSvg"/>
    public void WriteSvg(TextWriter writer) => TakeSnapshot().WriteSvg(writer);
}
