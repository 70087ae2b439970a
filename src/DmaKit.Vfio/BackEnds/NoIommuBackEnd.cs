using DmaKit.Vfio.Native;

namespace DmaKit.Vfio;

/// <summary>VFIO's no-IOMMU mode: groups and functions as with type 1, but nothing is mapped, and all live in the one space of physical addresses.</summary>
internal sealed class NoIommuBackEnd(DmaDomain physical) : BackEnd
{
    private readonly Lock _gate = new();
    private readonly Dictionary<int, (GroupFile Group, ContainerFile Container)> _groups = [];

    internal override (DeviceFile Device, DmaDomain Domain) Open(HostFunction function)
    {
        lock (_gate)
        {
            int number = function.Group!.Value;
            if (!_groups.TryGetValue(number, out (GroupFile Group, ContainerFile Container) taken)) _groups.Add(number, taken = Take(number));
            return (taken.Group.OpenDevice(function.Info.Address), physical);
        }
    }

    public override void Dispose()
    {
        lock (_gate)
        {
            foreach ((GroupFile group, ContainerFile container) in _groups.Values)
            {
                group.Dispose();
                container.Dispose();
            }

            _groups.Clear();
        }
    }

    private static (GroupFile Group, ContainerFile Container) Take(int number)
    {
        GroupFile group = GroupFile.OpenUnsafe(number);
        ContainerFile? container = null;
        try
        {
            container = ContainerFile.OpenUnsafe();
            group.Enter(container);
            container.ChooseNothing();
            return (group, container);
        }
        catch
        {
            container?.Dispose();
            group.Dispose();
            throw;
        }
    }
}
