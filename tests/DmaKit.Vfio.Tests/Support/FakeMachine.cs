namespace DmaKit.Vfio.Tests;

/// <summary>A folder that looks like the file system of a machine with PCI functions, as far as anybody here looks.</summary>
internal sealed class FakeMachine : IDisposable
{
    public string Root { get; } = Directory.CreateTempSubdirectory("dmakit-test-vfio-").FullName;

    /// <summary>A function.</summary>
    public FakeMachine Add(string address, string vendor, string device, string code, string? driver, int? group)
    {
        string folder = Directory.CreateDirectory(Path.Combine(Root, "sys/bus/pci/devices", address)).FullName;
        File.WriteAllText(Path.Combine(folder, "vendor"), $"0x{vendor}\n");
        File.WriteAllText(Path.Combine(folder, "device"), $"0x{device}\n");
        File.WriteAllText(Path.Combine(folder, "class"), $"0x{code}\n");
        File.WriteAllText(Path.Combine(folder, "driver_override"), "(null)\n");
        if (driver is not null)
        {
            string made = Directory.CreateDirectory(Path.Combine(Root, "sys/bus/pci/drivers", driver)).FullName;
            File.CreateSymbolicLink(Path.Combine(folder, "driver"), made);
        }

        if (group is { } number) File.CreateSymbolicLink(Path.Combine(folder, "iommu_group"), Directory.CreateDirectory(Path.Combine(Root, $"sys/kernel/iommu_groups/{number}")).FullName);
        return this;
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
