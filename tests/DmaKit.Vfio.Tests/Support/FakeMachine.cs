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

    /// <summary>iommufd's files: that of the machine, and that of a function, which need not be there to be opened.</summary>
    public FakeMachine AddIommufd(string address, string name, bool opens = true)
    {
        Write($"sys/bus/pci/devices/{address}/vfio-dev/{name}/dev", "511:0\n");
        Directory.CreateDirectory(Path.Combine(Root, "dev/vfio/devices"));
        File.WriteAllText(Path.Combine(Root, "dev/iommu"), "");
        if (opens) File.WriteAllText(Path.Combine(Root, "dev/vfio/devices", name), "");
        return this;
    }

    /// <summary>A disk of a function with one partition, on which / is mounted: by the partition's number, by its name alone, or through a device mapped onto it.</summary>
    public void AddDisk(string address, string number, string source)
    {
        string partition = Directory.CreateDirectory(Path.Combine(Root, "sys/devices/pci0000:00/0000:00:01.0", address, "host0/block/sda/sda1")).FullName;
        Link("sys/class/block/sda1", partition);
        if (number == "8:1") Link("sys/dev/block/8:1", partition);
        if (number == "254:0")
        {
            string mapped = Directory.CreateDirectory(Path.Combine(Root, "sys/devices/virtual/block/dm-0")).FullName;
            Link("sys/devices/virtual/block/dm-0/slaves/sda1", partition);
            Link("sys/dev/block/254:0", mapped);
        }

        Directory.CreateDirectory(Path.Combine(Root, "proc/self"));
        File.WriteAllText(Path.Combine(Root, "proc/self/mountinfo"), $"22 1 0:21 / /proc rw - proc proc rw\n23 1 {number} / / rw,noatime shared:1 - ext4 {source} rw\n");
    }

    /// <summary>A function that offers a folder of the machine's host under a name, and / is that folder.</summary>
    public void AddShare(string address, string tag)
    {
        string function = Path.Combine("sys/devices/pci0000:00", address, "virtio3");
        Write(Path.Combine(function, "mount_tag"), tag + "\0\n");
        Link("sys/bus/virtio/devices/virtio3", Path.Combine(Root, function));
        Write("proc/self/mountinfo", $"23 1 0:31 / / rw,noatime shared:1 - 9p {tag} rw,trans=virtio\n");
    }

    /// <summary>A file with a text in it.</summary>
    public void Write(string file, string text)
    {
        string path = Path.Combine(Root, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }

    /// <summary>What is in a file.</summary>
    public Task<string> ReadAsync(string file) => File.ReadAllTextAsync(Path.Combine(Root, file));

    private void Link(string from, string to)
    {
        string path = Path.Combine(Root, from);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        Directory.CreateSymbolicLink(path, to);
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
