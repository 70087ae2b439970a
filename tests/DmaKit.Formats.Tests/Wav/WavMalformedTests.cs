namespace DmaKit.Formats.Tests;

/// <summary>Files that are not what they claim, and readers that would not notice.</summary>
public sealed class WavMalformedTests(ITestOutputHelper output)
{
    private static readonly byte[] Good = WavFiles.Plain();

    public static TheoryData<string, byte[], string> Bad() => new()
    {
        { "empty", [], "cut short: there should be a RIFF header of 12 bytes, and 0 bytes are there" },
        { "half a header", Good[..9], "cut short" },
        { "no RIFF", WavFiles.With(Good, 0, (byte)'X'), "begins with 'XIFF' and 'WAVE'" },
        { "binary name", WavFiles.With(Good, 0, 0, 10, 200, 27), "begins with '????'" },
        { "no WAVE", WavFiles.With(Good, 8, (byte)'A', (byte)'V', (byte)'I', (byte)' '), "'AVI '" },
        { "cut in fmt", Good[..30], "there should be 16 bytes of chunk 'fmt ', and 10 are there" },
        { "cut in a chunk's header", Good[..40], "a chunk's header of 8 bytes, and 4 are there" },
        { "cut in samples", Good[..60], "there should be 40 bytes of samples, and 16 are there" },
        { "size 0 of the file", WavFiles.With(Good, 4, 0, 0, 0, 0), "0 bytes long" },
        { "size 0 of samples", WavFiles.With(Good, 40, 0, 0, 0, 0), "'data' chunk has 0 bytes" },
        { "size 4 GiB of samples", WavFiles.With(Good, 40, 255, 255, 255, 255), "there should be 4294967295 bytes of samples" },
        { "size 4 GiB of the file", WavFiles.With(Good, 4, 255, 255, 255, 255), "4294967303 bytes in all, and 84 are there" },
        { "size 4 GiB of fmt", WavFiles.With(Good, 16, 255, 255, 255, 255), "4294967295 bytes of chunk 'fmt '" },
        { "file smaller than its samples", WavFiles.With(Good, 4, 50, 0, 0, 0), "58 bytes long, and its samples end at byte 84" },
        { "block align 0", WavFiles.With(Good, 32, 0, 0), "A block align of 0 bytes; 2 channels of 16 bits make 4" },
        { "unknown format", WavFiles.With(Good, 20, 0x55, 0), "Format 0x0055 is not read here; legal: 0x0001 (PCM)" },
        { "no data", Good[..36], "no 'data' chunk" },
        { "no fmt", WavFiles.Build(WavFiles.Chunk("LIST", [1, 2])), "no 'fmt ' chunk" },
        { "data before fmt", WavFiles.Build(WavFiles.Chunk("data", [1, 2])), "comes before any 'fmt '" },
        { "two fmt", WavFiles.Build(WavFiles.Chunk("fmt ", WavFiles.Format(1, 1, 8_000, 1, 8)), WavFiles.Chunk("fmt ", WavFiles.Format(1, 1, 8_000, 1, 8))), "second 'fmt '" },
        { "short fmt", WavFiles.Build(WavFiles.Chunk("fmt ", new byte[14]), WavFiles.Chunk("data", [1, 2])), "'fmt ' chunk has 14 bytes" },
        { "channels 0", WavFiles.With(Good, 22, 0, 0), "0 channels; legal" },
        { "rate 0", WavFiles.With(Good, 24, 0, 0, 0, 0), "A rate of 0 frames" },
        { "bits 0", WavFiles.With(Good, 34, 0, 0), "Samples of 0 bits" },
        { "bits 40", WavFiles.With(Good, 34, 40, 0), "Samples of 40 bits" },
        { "float of 16 bits", WavFiles.With(Good, 20, 3, 0), "Samples of 16 bits" },
        { "less than a frame", WavFiles.Build(WavFiles.Chunk("fmt ", WavFiles.Format(1, 2, 44_100, 4, 16)), WavFiles.Chunk("data", [1, 2])), "less than one frame of 4" },
        { "short extensible", WavFiles.Build(WavFiles.Chunk("fmt ", WavFiles.Format(0xFFFE, 2, 44_100, 4, 16)), WavFiles.Chunk("data", new byte[8])), "extensible format of 16 bytes" },
        { "unknown subformat", WavFiles.Build(WavFiles.Chunk("fmt ", [.. WavFiles.Extensible(1, 2, 44_100, 16, 16, 3)[..30], .. new byte[10]]), WavFiles.Chunk("data", new byte[8])), "subformat 00000001-0000-0000" },
        { "too many valid bits", WavFiles.Build(WavFiles.Chunk("fmt ", WavFiles.Extensible(1, 2, 44_100, 16, 17, 3)), WavFiles.Chunk("data", new byte[8])), "17 valid bits in samples of 16" },
    };

    [Theory, MemberData(nameof(Bad))]
    public void One_line_tells_what_is_wrong(string what, byte[] file, string expected)
    {
        MalformedFileException error = Assert.Throws<MalformedFileException>(() => WavReader.Open(new MemoryStream(file)));
        output.WriteLine($"{what}: {error.Message}");
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
        Assert.InRange(error.Offset, 0, file.Length);
    }

    [Fact]
    public void A_pipe_that_ends_early_is_told_when_it_ends()
    {
        using WavReader reader = WavReader.Open(new Pipe(Good[..60]));
        Assert.Equal(10, reader.Frames);
        byte[] buffer = new byte[8];
        Assert.Equal(8, reader.Read(buffer));
        Assert.Equal(8, reader.Read(buffer));
        Assert.Contains("promises 40 bytes of samples, and there are 16", Assert.Throws<MalformedFileException>(() => reader.Read(buffer)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Files_with_random_damage_are_read_or_refused_and_nothing_else()
    {
        const int First = 1, Count = 20_000;
        output.WriteLine($"seeds {First} to {First + Count - 1}");
        int refused = Damage(First, Count, (file, piped) => WavReader.Open(file, piped: piped), out string? wrong);
        Assert.True(wrong is null, wrong);
        Assert.InRange(refused, Count / 10, Count - 1);
    }

    [Fact]
    public void Twin_a_reader_that_believes_the_header_is_caught()
    {
        Damage(1, 20_000, Believer, out string? wrong);
        output.WriteLine(wrong ?? "nothing");
        Assert.NotNull(wrong);
    }

    // Opens as a reader without checks would: it hands the promised bytes on, whether they are there or not.
    private static WavReader Believer(Stream file, bool piped)
    {
        byte[] head = new byte[44];
        _ = file.Read(head);
        int bits = BitConverter.ToInt16(head, 34);
        return WavReader.OpenRaw(file, new WavFormat(WavEncoding.Pcm, bits, BitConverter.ToInt16(head, 32) / (bits / 8), BitConverter.ToInt32(head, 24)));
    }

    private static int Damage(int first, int count, Func<Stream, bool, WavReader> open, out string? wrong)
    {
        wrong = null;
        int refused = 0;
        byte[][] files = [Good, WavFiles.Build(WavFiles.Chunk("LIST", WavFiles.Samples(9)), WavFiles.Chunk("fmt ", WavFiles.Extensible(3, 2, 96_000, 32, 32, 3)), WavFiles.Chunk("data", WavFiles.Samples(80)))];
        for (int seed = first; seed < first + count && wrong is null; seed++)
        {
            var random = new Random(seed);
            byte[] file = [.. files[random.Next(files.Length)]];
            for (int i = random.Next(1, 4); i > 0; i--) file[random.Next(random.Next(4) == 0 ? file.Length : 44)] = random.Next(3) switch { 0 => 0, 1 => 255, _ => (byte)random.Next(256) };
            if (random.Next(4) == 0) file = file[..random.Next(file.Length)];
            try
            {
                using WavReader reader = open(random.Next(2) == 0 ? new MemoryStream(file) : new Pipe(file), random.Next(2) == 0);
                int bytes = WavFiles.ReadAll(reader, 64).Length;
                if (reader.Frames is { } frames && bytes != frames * reader.Format.FrameBytes) wrong = $"seed {seed}: {bytes} bytes for {frames} frames";
                if (bytes > file.Length) wrong = $"seed {seed}: {bytes} bytes of samples in a file of {file.Length}";
            }
            catch (MalformedFileException)
            {
                refused++;
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                wrong = $"seed {seed}: {e.GetType().Name}: {e.Message}";
            }
        }

        return refused;
    }
}
