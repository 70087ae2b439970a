namespace DmaKit.Drivers.Tests;

/// <summary>Counts packets and mappings that are out: a mapping for which no packet is out was made in the wrong order.</summary>
internal sealed class OrderObserver : DmaObserver
{
    private int _packets;
    private int _mappings;

    public int Mapped { get; private set; }

    public int OutOfOrder { get; private set; }

    public override void OnRented(object owner, LogicalRange piece)
    {
        if (IsCommands(owner)) _packets++;
    }

    public override void OnReturned(object owner, LogicalRange piece)
    {
        if (IsCommands(owner)) _packets--;
    }

    public override void OnMapped(DmaAdapter adapter, in DmaMapping mapping)
    {
        Mapped++;
        if (++_mappings > _packets) OutOfOrder++;
    }

    public override void OnUnmapped(DmaAdapter adapter, in DmaMapping mapping, long bytes) => _mappings--;

    private static bool IsCommands(object owner) => owner.GetType() is { IsGenericType: true } type && type.GetGenericTypeDefinition() == typeof(CommandPool<,>);
}
