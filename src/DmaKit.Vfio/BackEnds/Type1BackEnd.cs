using DmaKit.Vfio.Native;

namespace DmaKit.Vfio;

/// <summary>VFIO's type 1: the program has IOMMU groups, each in a container, and each container is a logical address space. Groups stay the program's until the platform closes.</summary>
internal sealed class Type1BackEnd(bool oneForAll, Func<KernelSpace, string, DmaDomain> makeDomain) : BackEnd
{
    private readonly Lock _gate = new();
    private readonly Dictionary<int, (GroupFile Group, Space Space)> _groups = [];
    private readonly List<Space> _spaces = [];

    internal override (DeviceFile Device, DmaDomain Domain) Open(HostFunction function)
    {
        (GroupFile group, DmaDomain domain) = Take(function.Group!.Value);
        return (group.OpenDevice(function.Info.Address), domain);
    }

    public override void Dispose()
    {
        lock (_gate)
        {
            foreach ((GroupFile group, _) in _groups.Values) group.Dispose();
            foreach (Space space in _spaces) space.Container.Dispose();
            _groups.Clear();
            _spaces.Clear();
        }
    }

    private (GroupFile Group, DmaDomain Domain) Take(int number)
    {
        lock (_gate)
        {
            if (_groups.TryGetValue(number, out (GroupFile Group, Space Space) taken)) return (taken.Group, taken.Space.Domain);
            GroupFile group = GroupFile.Open(number);
            try
            {
                Space space = oneForAll && _spaces.Count > 0 ? Join(_spaces[0], group, number) : Make(group, number);
                _groups.Add(number, (group, space));
                return (group, space.Domain);
            }
            catch
            {
                group.Dispose();
                throw;
            }
        }
    }

    private static Space Join(Space space, GroupFile group, int number)
    {
        try
        {
            group.Enter(space.Container);
            return space;
        }
        catch (DmaException e)
        {
            throw new DmaException($"IOMMU group {number} cannot share the address space of the others; leave OneDomain off. {e.Message}", e);
        }
    }

    private Space Make(GroupFile group, int number)
    {
        ContainerFile container = ContainerFile.Open();
        try
        {
            group.Enter(container);
            container.ChooseType1();
            var space = new Space(container, makeDomain(container, oneForAll ? "machine" : $"group {number}"));
            _spaces.Add(space);
            return space;
        }
        catch
        {
            container.Dispose();
            throw;
        }
    }

    private sealed record Space(ContainerFile Container, DmaDomain Domain);
}
