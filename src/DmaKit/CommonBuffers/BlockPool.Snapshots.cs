using System.Text.Json;

namespace DmaKit;

public sealed partial class BlockPool
{
    /// <summary>Looks at every block. Caches of threads are emptied for it, so that it costs more than <see cref="Statistics"/>: for people, not for loops.</summary>
    public BlockPoolSnapshot TakeSnapshot()
    {
        bool[] free = new bool[Capacity];
        BlockPoolStatistics figures = _core.Snapshot(free);
        var blocks = new BlockState[Capacity];
        for (int i = 0; i < blocks.Length; i++) blocks[i] = free[i] ? BlockState.Free : _slots.IsRetired(i) ? BlockState.Retired : BlockState.Rented;
        var regions = new BlockPoolRegion[_buffers.Length];
        for (int i = 0; i < regions.Length; i++)
        {
            int end = i + 1 < regions.Length ? _firsts[i + 1] : Capacity;
            regions[i] = new BlockPoolRegion(_buffers[i].Name, _buffers[i].Range, _firsts[i], end - _firsts[i]);
        }

        return new BlockPoolSnapshot(Name, _blockLength, figures, regions, blocks);
    }

    /// <inheritdoc cref="BlockPoolSnapshot.WriteText"/>
    public void WriteText(TextWriter writer) => TakeSnapshot().WriteText(writer);

    /// <inheritdoc cref="BlockPoolSnapshot.WriteJson"/>
    public void WriteJson(Utf8JsonWriter writer) => TakeSnapshot().WriteJson(writer);

    /// <inheritdoc cref="BlockPoolSnapshot.WriteSvg"/>
    public void WriteSvg(TextWriter writer) => TakeSnapshot().WriteSvg(writer);
}
