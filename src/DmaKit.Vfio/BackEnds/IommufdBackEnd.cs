using DmaKit.Vfio.Native;

namespace DmaKit.Vfio;

/// <summary>iommufd: each function is a file of its own, and one file holds the logical address spaces. Functions of one IOMMU group are in one space.</summary>
internal sealed class IommufdBackEnd(bool oneForAll, Func<KernelSpace, string, DmaDomain> makeDomain) : BackEnd
{
    private const int AllGroups = -1;

    private readonly Lock _gate = new();
    private readonly IommuFile _iommu = IommuFile.Open();
    private readonly Dictionary<int, Space> _spaces = [];

    internal override (DeviceFile Device, DmaDomain Domain) Open(HostFunction function)
    {
        int group = function.Group!.Value;
        VfioDeviceFile device = VfioDeviceFile.Open(function.DeviceFile!, function.Info.Address, group, _iommu);
        try
        {
            lock (_gate)
            {
                int key = oneForAll ? AllGroups : group;
                if (_spaces.TryGetValue(key, out Space? space)) device.Attach(space.Number);
                else _spaces.Add(key, space = Make(device, oneForAll ? "machine" : $"group {group}"));
                return (device, space.Domain);
            }
        }
        catch
        {
            device.Dispose();
            throw;
        }
    }

    public override void Dispose()
    {
        lock (_gate)
        {
            foreach (Space space in _spaces.Values) space.Memory.Dispose();
            _spaces.Clear();
            _iommu.Dispose();
        }
    }

    private Space Make(VfioDeviceFile device, string name)
    {
        KernelSpace space = _iommu.NewSpace(out uint number);
        try
        {
            // Which addresses are valid is known once a function is in it.
            device.Attach(number);
            return new Space(number, space, makeDomain(space, name));
        }
        catch
        {
            device.Dispose();
            space.Dispose();
            throw;
        }
    }

    private sealed record Space(uint Number, KernelSpace Memory, DmaDomain Domain);
}
