namespace DmaKit.Devices.Tests;

public sealed class DiskImageTests : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"dmakit-{Guid.NewGuid():N}.img");

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void A_file_is_the_disk_byte_for_byte()
    {
        File.WriteAllBytes(_path, new byte[4096]);
        byte[] data = Pattern(1000);
        using (FileDiskImage image = FileDiskImage.Open(_path))
        {
            Assert.Equal((4096, false), (image.Length, image.IsReadOnly));
            image.Write(700, data);
            image.Flush();
            byte[] back = new byte[1000];
            image.Read(700, back);
            Assert.Equal(data, back);
        }

        byte[] file = File.ReadAllBytes(_path);
        Assert.Equal(4096, file.Length);
        Assert.Equal(data, file[700..1700]);
    }

    [Fact]
    public void An_image_in_use_is_refused_and_can_be_shared_by_choice()
    {
        File.WriteAllBytes(_path, new byte[512]);
        using (FileDiskImage.Open(_path)) Assert.Throws<IOException>(() => FileDiskImage.Open(_path));
        using FileDiskImage one = FileDiskImage.Open(_path, isReadOnly: true, FileShare.Read);
        using FileDiskImage two = FileDiskImage.Open(_path, isReadOnly: true, FileShare.Read);
        Assert.Equal(one.Length, two.Length);
    }

    [Fact]
    public void A_missing_file_is_not_created()
    {
        Assert.Throws<FileNotFoundException>(() => FileDiskImage.Open(_path));
        Assert.False(File.Exists(_path));
    }

    [Fact]
    public void A_read_only_file_refuses_writes()
    {
        File.WriteAllBytes(_path, new byte[512]);
        using FileDiskImage image = FileDiskImage.Open(_path, isReadOnly: true);
        Assert.True(image.IsReadOnly);
        Assert.Throws<UnauthorizedAccessException>(() => image.Write(0, new byte[1]));
        image.Flush();
    }

    [Fact]
    public void A_file_that_became_shorter_is_a_medium_error_with_the_block()
    {
        File.WriteAllBytes(_path, new byte[5120]);
        using var bench = new ScsiBench(FileDiskImage.Open(_path, share: FileShare.ReadWrite));
        using (var other = new FileStream(_path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite)) other.SetLength(3 * 512 + 7);
        Assert.Equal((3, 0x11, 0), bench.Sense([0x08, 0, 0, 0, 10, 0]));
        Assert.Equal(3, bench.Information());
        Assert.IsType<EndOfStreamException>(bench.Disk.LastImageError);
    }

    [Fact]
    public void A_closed_file_is_a_medium_error()
    {
        File.WriteAllBytes(_path, new byte[5120]);
        FileDiskImage image = FileDiskImage.Open(_path);
        using var bench = new ScsiBench(image);
        image.Dispose();
        Assert.Equal((3, 0x11, 0), bench.Sense([0x08, 0, 0, 0, 1, 0]));
        Assert.Equal((3, 0x0C, 0), bench.Sense([0x0A, 0, 0, 0, 1, 0], new byte[512]));
    }

    [Fact]
    public void Memory_images_are_sparse()
    {
        using var image = new MemoryDiskImage(1L << 40);
        byte[] data = Pattern(200_000);
        const long at = (1L << 39) - 77;
        image.Write(at, data);
        byte[] back = new byte[data.Length + 2];
        image.Read(at - 1, back);
        Assert.Equal([0, .. data, 0], back);
        Assert.InRange(image.ResidentBytes, 200_000, 400_000);
    }

    [Fact]
    public void Reading_outside_an_image_is_misuse()
    {
        using var image = new MemoryDiskImage(100);
        foreach (long offset in (long[])[-1, 100, long.MaxValue])
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => image.Read(offset, new byte[1]));
            Assert.Throws<ArgumentOutOfRangeException>(() => image.Write(offset, new byte[1]));
        }

        image.Read(100, []);
        Assert.Throws<ArgumentOutOfRangeException>(() => new MemoryDiskImage(-1));
    }

    private static byte[] Pattern(int length)
    {
        byte[] data = new byte[length];
        new Random(17).NextBytes(data);
        return data;
    }
}
