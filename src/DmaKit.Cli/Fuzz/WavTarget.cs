using System.Buffers.Binary;
using System.Text;
using DmaKit.Formats;
using DmaKit.Testing;

namespace DmaKit.Cli;

/// <summary>
/// <c>fuzz wav</c>: WAV files, each read as a file, as what a pipe wrote into a file, and as a pipe. Frames must be the input's own bytes behind the header, and
/// the same in all three; what was taken, written by our writer and read again, must be the same frames.
/// </summary>
/// <param name="open">Opens the reader that is under test, told whether a pipe wrote the file; null for the library's.</param>
internal sealed class WavTarget(Func<Stream, bool, WavUnderTest>? open = null) : FuzzTarget
{
    private static readonly int[] s_pieces = [1, 2, 7, 64, 1 << 20];
    private static readonly int[] s_buffers = [1, 3, 24, 64, 4096, 8192];

    private readonly Func<Stream, bool, WavUnderTest> _open = open ?? WavUnderTest.Open;
    private readonly byte[] _frames = new byte[16 * 1024];
    private readonly byte[] _file = new byte[4096];
    private readonly MemoryStream _again = new();
    private CountedStream? _stream;
    private int _start;
    private int _read;
    private WavFormat? _format;

    public override string Name => "wav";

    public override IReadOnlyList<byte[]> Corpus { get; } = [.. FuzzCorpus.Of("wav").Select(sample => sample.Bytes)];

    public override IReadOnlyList<byte[]> Words { get; } = [.. new[] { "RIFF", "WAVE", "fmt ", "data", "fact", "LIST", "RF64", "JUNK" }.Select(Encoding.ASCII.GetBytes)];

    /// <summary>Readers, errors and a header, and what the first error of a process costs; the longest frame has 8 KiB, which the caller's buffer holds.</summary>
    public override long AllowedAllocation(int length) => 256 * 1024 + 8L * length;

    /// <summary>Three readings, with a read for each byte, two seeks for each chunk, and one read for each frame.</summary>
    public override long AllowedSteps(int length) => 64 + 12L * length;

    public override void Map(ReadOnlySpan<byte> sample, FuzzMap map)
    {
        map.Number(4, 4);
        for (int at = 12; at + 8 <= sample.Length;)
        {
            map.Piece(at);
            map.Number(at + 4, 4);
            uint length = BinaryPrimitives.ReadUInt32LittleEndian(sample[(at + 4)..]);
            if (sample.Slice(at, 4).SequenceEqual("fmt "u8))
            {
                foreach (int field in (ReadOnlySpan<int>)[0, 2, 12, 14, 16, 18, 24]) map.Number(at + 8 + field, 2);
                foreach (int field in (ReadOnlySpan<int>)[4, 8, 20]) map.Number(at + 8 + field, 4);
            }

            if (length > sample.Length - at - 8) break;
            at += 8 + (int)(length + (length & 1));
        }
    }

    public override FuzzOutcome Run(ReadOnlyMemory<byte> input)
    {
        _stream ??= new CountedStream(() => Step());
        bool asFile = Reads(input, canSeek: true, piped: false);
        (int start, int bytes, WavFormat? format) = (_start, _read, _format);
        bool asPiped = Reads(input, canSeek: true, piped: true);
        if (asFile) Same(asPiped, start, bytes, format!, "as a file that a pipe wrote");
        bool asPipe = Reads(input, canSeek: false, piped: true);
        if (asFile) Same(asPipe, start, bytes, format!, "as a pipe");
        if (!asFile) return asPiped || asPipe ? FuzzOutcome.Accepted : FuzzOutcome.Refused;
        WriteAndRead(input.Span.Slice(start, bytes), format!);
        return FuzzOutcome.Accepted;
    }

    private bool Reads(ReadOnlyMemory<byte> input, bool canSeek, bool piped)
    {
        _stream!.Open(input, canSeek, s_pieces[input.Length % s_pieces.Length]);
        (_start, _read) = (-1, 0);
        try
        {
            WavUnderTest reader = _open(_stream, piped);
            _format = reader.Format;
            if (canSeek) _start = (int)_stream.Position;
            long? promised = reader.Frames;
            if (canSeek && promised * _format.FrameBytes > input.Length) throw new FuzzFailureException($"{promised} frames of {_format.FrameBytes} bytes in a file of {input.Length}");
            ReadAll(input.Span, reader);
            if (promised is not null && promised * _format.FrameBytes != _read) throw new FuzzFailureException($"{promised} frames of {_format.FrameBytes} bytes, and {_read} bytes were read");
            if (canSeek) GoBack(reader, promised ?? 0);
            return true;
        }
        catch (MalformedFileException e)
        {
            ClearError.Check(e);
            if (e.Offset < 0 || e.Offset > input.Length) throw new FuzzFailureException($"the error is said to be at byte {e.Offset} of {input.Length}");
            return false;
        }
    }

    private void ReadAll(ReadOnlySpan<byte> input, WavUnderTest reader)
    {
        int frame = reader.Format.FrameBytes;
        Span<byte> buffer = _frames.AsSpan(0, Math.Max(frame, s_buffers[input.Length % s_buffers.Length]));
        while (reader.Read(buffer) is > 0 and int got)
        {
            Step();
            if (got > buffer.Length || got % frame != 0) throw new FuzzFailureException($"{got} bytes were read into room for {buffer.Length}, in frames of {frame}");
            if (_start >= 0)
            {
                if (_start + _read + got > input.Length) throw new FuzzFailureException($"{got} bytes were read at byte {_start + _read} of {input.Length}");
                if (!buffer[..got].SequenceEqual(input.Slice(_start + _read, got))) throw new FuzzFailureException($"frames at byte {_start + _read} are not what the file has there");
            }

            if (_read + got <= _file.Length) buffer[..got].CopyTo(_file.AsSpan(_read));
            _read += got;
            if (_read > input.Length) throw new FuzzFailureException($"{_read} bytes of frames out of a file of {input.Length}");
        }
    }

    /// <summary>The frame in the middle, once more.</summary>
    private void GoBack(WavUnderTest reader, long frames)
    {
        int frame = reader.Format.FrameBytes, at = (int)(frames / 2) * frame;
        reader.Seek(frames / 2);
        int got = reader.Read(_frames.AsSpan(0, frame));
        if (got != (at < _read ? frame : 0)) throw new FuzzFailureException($"{got} bytes of frame {frames / 2} after a seek");
        if (!_frames.AsSpan(0, got).SequenceEqual(_file.AsSpan(at, got))) throw new FuzzFailureException($"frame {frames / 2} is another after a seek");
    }

    private void Same(bool taken, int start, int bytes, WavFormat format, string how)
    {
        if (!taken) throw new FuzzFailureException($"taken as a file, and refused {how}");
        if (_format != format || _read != bytes || (_start >= 0 && _start != start)) throw new FuzzFailureException($"{bytes} bytes of {format} as a file, {_read} of {_format} {how}");
    }

    private void WriteAndRead(ReadOnlySpan<byte> frames, WavFormat format)
    {
        if (!_file.AsSpan(0, frames.Length).SequenceEqual(frames)) throw new FuzzFailureException("a pipe has other frames than a file");
        _again.SetLength(0);
        using (var writer = new WavWriter(_again, format, leaveOpen: true))
        {
            writer.Write(frames);
            writer.Complete();
        }

        _again.Position = 0;
        using WavReader reader = WavReader.Open(_again, leaveOpen: true);
        int got = reader.Read(_frames.AsSpan(0, Math.Min(_frames.Length, frames.Length + format.FrameBytes)));
        if (reader.Format != format) throw new FuzzFailureException($"{format} was written, and {reader.Format} is read");
        if (!frames.SequenceEqual(_frames.AsSpan(0, got))) throw new FuzzFailureException($"{frames.Length} bytes of frames were written, and {got} or others are read");
    }
}
