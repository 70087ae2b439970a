using System.Buffers.Binary;

namespace DmaKit.Formats.Tests;

public sealed class WavReaderTests
{
    public static TheoryData<WavEncoding, int, int, int> Formats()
    {
        var data = new TheoryData<WavEncoding, int, int, int>();
        (WavEncoding, int)[] samples = [(WavEncoding.Pcm, 8), (WavEncoding.Pcm, 16), (WavEncoding.Pcm, 24), (WavEncoding.Pcm, 32), (WavEncoding.Float, 32), (WavEncoding.Float, 64)];
        foreach ((WavEncoding encoding, int bits) in samples)
            foreach (int channels in new[] { 1, 2, 3, 6, 8 })
                data.Add(encoding, bits, channels, 8_000 * (1 + (channels * 2) % 12));
        return data;
    }

    [Theory, MemberData(nameof(Formats))]
    public void What_the_writer_writes_the_reader_reads(WavEncoding encoding, int bits, int channels, int rate)
    {
        var format = new WavFormat(encoding, bits, channels, rate);
        byte[] samples = WavFiles.Samples(7 * format.FrameBytes);
        var file = new MemoryStream();
        using (var writer = new WavWriter(file, format, leaveOpen: true))
        {
            writer.Write(samples.AsSpan(0, 5));
            writer.Write(samples.AsSpan(5));
        }

        Assert.Equal(0, file.Length % 2);
        file.Position = 0;
        using WavReader reader = WavReader.Open(file);
        Assert.Equal(format, reader.Format);
        Assert.Equal(7, reader.Frames);
        Assert.Equal(samples, WavFiles.ReadAll(reader));
        Assert.Equal(7, reader.Position);
        reader.Seek(3);
        Assert.Equal(samples[(3 * format.FrameBytes)..], WavFiles.ReadAll(reader));
        Assert.Throws<ArgumentOutOfRangeException>(() => reader.Seek(8));
    }

    [Theory, MemberData(nameof(Formats))]
    public void A_pipe_is_written_and_read_without_knowing_the_length(WavEncoding encoding, int bits, int channels, int rate)
    {
        var format = new WavFormat(encoding, bits, channels, rate);
        byte[] samples = WavFiles.Samples(9 * format.FrameBytes);
        var pipe = new Pipe([]);
        using (var writer = new WavWriter(pipe, format)) writer.Write(samples);
        byte[] written = pipe.Written.ToArray();
        using WavReader reader = WavReader.Open(new Pipe(written));
        Assert.Equal(format, reader.Format);
        Assert.Null(reader.Frames);
        byte[] read = WavFiles.ReadAll(reader);
        Assert.Equal(samples, read[..samples.Length]);
        Assert.True(read.Length - samples.Length < format.FrameBytes + (samples.Length & 1));
    }

    [Theory]
    [InlineData(0xFFFF_FFFFu)]
    [InlineData(0x7FFF_F000u)]
    [InlineData(0x8000_0000u)]
    public void What_was_kept_of_a_pipe_has_as_much_as_there_is(uint promised)
    {
        byte[] samples = WavFiles.Samples(42);
        byte[] file = WavFiles.Build(WavFiles.Chunk("fmt ", WavFiles.Format(1, 2, 44_100, 4, 16)), WavFiles.Chunk("data", samples));
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(40), promised);
        using WavReader reader = WavReader.Open(new MemoryStream(file), piped: true);
        Assert.Equal(10, reader.Frames);
        Assert.Equal(samples[..40], WavFiles.ReadAll(reader));
        reader.Seek(3);
        Assert.Equal(samples[12..40], WavFiles.ReadAll(reader));
        Assert.Contains("cut short", Assert.Throws<MalformedFileException>(() => WavReader.Open(new MemoryStream(file))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pipe_of_known_length_is_exact_and_a_broken_promise_is_told()
    {
        var format = new WavFormat(WavEncoding.Pcm, 24, 1, 96_000);
        byte[] samples = WavFiles.Samples(9);
        var pipe = new Pipe([]);
        using (var writer = new WavWriter(pipe, format, frames: 3))
        {
            await writer.WriteAsync(samples, TestContext.Current.CancellationToken);
            writer.Complete();
        }

        using WavReader reader = WavReader.Open(new Pipe(pipe.Written.ToArray()));
        Assert.Equal(3, reader.Frames);
        byte[] read = new byte[100];
        Assert.Equal(9, await reader.ReadAsync(read, TestContext.Current.CancellationToken));
        Assert.Equal(samples, read[..9]);
        Assert.Equal(0, await reader.ReadAsync(read, TestContext.Current.CancellationToken));

        using var liar = new WavWriter(new Pipe([]), format, frames: 4);
        liar.Write(samples);
        Assert.Contains("says 12 bytes of samples, 9 were written", Assert.Throws<IOException>(liar.Complete).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Odd_chunks_and_chunks_of_others_are_skipped()
    {
        byte[] samples = WavFiles.Samples(33);
        byte[] file = WavFiles.Build(
            WavFiles.Chunk("LIST", WavFiles.Samples(7)),
            WavFiles.Chunk("fmt ", [.. WavFiles.Format(1, 1, 8_000, 1, 8), 0, 0]),
            WavFiles.Chunk("junk", []),
            WavFiles.Chunk("fact", [1, 2, 3, 4]),
            WavFiles.Chunk("bext", WavFiles.Samples(601)),
            WavFiles.Chunk("data", samples),
            WavFiles.Chunk("LIST", WavFiles.Samples(11)));
        foreach (Stream stream in new Stream[] { new MemoryStream(file), new Pipe(file) })
        {
            using WavReader reader = WavReader.Open(stream);
            Assert.Equal(new WavFormat(WavEncoding.Pcm, 8, 1, 8_000), reader.Format);
            Assert.Equal(samples, WavFiles.ReadAll(reader, 5));
        }
    }

    [Fact]
    public void An_extensible_header_tells_subformat_and_loudspeakers()
    {
        byte[] samples = WavFiles.Samples(6 * 4 * 2);
        byte[] file = WavFiles.Build(WavFiles.Chunk("fmt ", WavFiles.Extensible(1, 6, 48_000, 32, 24, 0x3F)), WavFiles.Chunk("data", samples));
        using WavReader reader = WavReader.Open(new MemoryStream(file));
        Assert.Equal(new WavFormat(WavEncoding.Pcm, 32, 6, 48_000) { ChannelMask = 0x3F }, reader.Format);
        Assert.Equal(samples, WavFiles.ReadAll(reader));
        Assert.Equal(file, WavHeader.Create(reader.Format, samples.Length).Concat(samples).Select((b, i) => i == 38 ? (byte)24 : b));

        file = WavFiles.Build(WavFiles.Chunk("fmt ", WavFiles.Extensible(3, 1, 96_000, 64, 64, 4)), WavFiles.Chunk("data", samples));
        using WavReader floating = WavReader.Open(new MemoryStream(file));
        Assert.Equal(new WavFormat(WavEncoding.Float, 64, 1, 96_000) { ChannelMask = 4 }, floating.Format);
    }

    [Fact]
    public void Samples_of_twelve_and_twenty_bits_stand_at_the_upper_end_of_sixteen_and_twenty_four()
    {
        using WavReader twelve = WavReader.Open(new MemoryStream(WavFiles.Build(WavFiles.Chunk("fmt ", WavFiles.Format(1, 2, 44_100, 4, 12)), WavFiles.Chunk("data", new byte[8]))));
        Assert.Equal(16, twelve.Format.Bits);
        using WavReader twenty = WavReader.Open(new MemoryStream(WavFiles.Build(WavFiles.Chunk("fmt ", WavFiles.Format(1, 2, 44_100, 6, 20)), WavFiles.Chunk("data", new byte[12]))));
        Assert.Equal(24, twenty.Format.Bits);
    }

    [Fact]
    public void A_file_in_the_middle_of_a_stream_and_bare_samples_are_read_from_there_on()
    {
        byte[] file = WavFiles.Plain();
        var stream = new MemoryStream([1, 2, 3, .. file]) { Position = 3 };
        using (WavReader reader = WavReader.Open(stream, leaveOpen: true))
        {
            Assert.Equal(10, reader.Frames);
            reader.Seek(9);
            Assert.Equal(file[^4..], WavFiles.ReadAll(reader));
        }

        stream.Position = 3;
        using WavReader raw = WavReader.OpenRaw(stream, new WavFormat(WavEncoding.Pcm, 24, 1, 8_000));
        Assert.Equal(file.Length / 3, raw.Frames);
        Assert.Equal(file[..^(file.Length % 3)], WavFiles.ReadAll(raw));
        using WavReader pipe = WavReader.OpenRaw(new Pipe(file), new WavFormat(WavEncoding.Pcm, 24, 1, 8_000));
        Assert.Null(pipe.Frames);
        Assert.Equal(file[..^(file.Length % 3)], WavFiles.ReadAll(pipe));
    }

    [Fact]
    public void A_format_that_cannot_be_is_refused_with_what_can()
    {
        Assert.Contains("12 bits of Pcm; legal: Pcm of 8, 16, 24 or 32", Assert.Throws<ArgumentOutOfRangeException>(() => new WavFormat(WavEncoding.Pcm, 12, 1, 8_000)).Message, StringComparison.Ordinal);
        Assert.Contains("0 channels; legal: 1 to", Assert.Throws<ArgumentOutOfRangeException>(() => new WavFormat(WavEncoding.Pcm, 16, 0, 8_000)).Message, StringComparison.Ordinal);
        var format = new WavFormat(WavEncoding.Pcm, 24, 1, 8_000);
        Assert.Equal(0, WavHeader.MaximumDataBytes(format) % 3);
        Assert.Throws<ArgumentOutOfRangeException>(() => WavHeader.Create(format, WavHeader.MaximumDataBytes(format) + 1));
        byte[] largest = WavHeader.Create(format, WavHeader.MaximumDataBytes(format));
        Assert.True(BitConverter.ToUInt32(largest, 4) > WavHeader.MaximumDataBytes(format));
    }
}
