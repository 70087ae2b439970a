namespace DmaKit.Vfio;

/// <summary>Which functions the mounted file systems of a machine lie on, through partitions and through what is stacked on disks, such as encryption and RAID; or the folders of a virtual machine's host that they are, by 9p.</summary>
internal static class HostMounts
{
    private const int DeepestStack = 16;
    private const string SharedType = "9p";

    /// <summary>Where file systems are mounted that lie on a function's disks.</summary>
    /// <param name="root">Where the machine's file system begins.</param>
    /// <param name="address">The function's address.</param>
    internal static IReadOnlyList<string> On(string root, string address)
    {
        string table = Path.Combine(root, "proc/self/mountinfo");
        if (!File.Exists(table)) return [];
        var mounts = new SortedSet<string>(StringComparer.Ordinal);
        foreach (string line in File.ReadLines(table))
        {
            // 36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw: the third is the device, the fifth where it is mounted, and behind the dash the second its source.
            string[] fields = line.Split(' ');
            int dash = Array.IndexOf(fields, "-");
            if (fields.Length < 5 || dash < 0 || dash + 2 >= fields.Length) continue;
            string source = fields[dash + 2];
            string byNumber = Path.Combine(root, "sys/dev/block", fields[2]);
            string bySource = Path.Combine(root, "sys/class/block", Path.GetFileName(source));
            if (LiesOn(byNumber, address, DeepestStack)
                || (source.StartsWith("/dev/", StringComparison.Ordinal) && LiesOn(bySource, address, DeepestStack))
                || (fields[dash + 1] == SharedType && IsSharedBy(root, source, address))) mounts.Add(fields[4]);
        }

        return [.. mounts];
    }

    // A folder of a virtual machine's host has no disk: the file system's source is the name by which a function offers it.
    private static bool IsSharedBy(string root, string tag, string address)
    {
        string devices = Path.Combine(root, "sys/bus/virtio/devices");
        return Directory.Exists(devices) && Directory.EnumerateFileSystemEntries(devices).Any(d =>
            Path.Combine(d, "mount_tag") is var file && File.Exists(file) && File.ReadAllText(file).TrimEnd('\0', '\n') == tag && LiesOn(d, address, DeepestStack));
    }

    private static bool LiesOn(string link, string address, int depth)
    {
        if (depth == 0 || !Directory.Exists(link)) return false;
        string device = Directory.ResolveLinkTarget(link, returnFinalTarget: true)?.FullName ?? link;
        if (device.Split('/').Contains(address, StringComparer.Ordinal)) return true;

        // A partition's slaves are its disk's.
        foreach (string slaves in (string[])[Path.Combine(device, "slaves"), Path.Combine(device, "../slaves")])
            if (Directory.Exists(slaves) && Directory.EnumerateFileSystemEntries(slaves).Any(s => LiesOn(s, address, depth - 1))) return true;
        return false;
    }
}
