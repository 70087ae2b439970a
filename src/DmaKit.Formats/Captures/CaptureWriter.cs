using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace DmaKit.Formats;

/// <summary>
/// Writes captures, pcap or pcapng, to a stream that need not be seekable. Packets are collected and go out in whole, so that what was written is a
/// capture at any time after <see cref="Flush"/>.
/// </summary>
/// <remarks>Not safe from several threads. Allocates nothing for a packet.</remarks>
public sealed class CaptureWriter : IDisposable, IAsyncDisposable
{
    private const int FlushAt = 64 * 1024;
    private const int MostOverhead = 64;
    private const int EnhancedLength = 32;
    private const byte Nanoseconds = 9;

    private readonly Stream _stream;
    private readonly CaptureWriterOptions _options;
    private byte[] _buffer = new byte[FlushAt + 4096];
    private int _used;
    private bool _disposed;

    /// <summary>Begins a capture. Nothing is written before the first flush.</summary>
    /// <param name="stream">Where it goes.</param>
    /// <param name="options">What it is like; null for pcap with nanoseconds, of Ethernet.</param>
    public CaptureWriter(Stream stream, CaptureWriterOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        _stream = stream;
        _options = options ?? new CaptureWriterOptions();
        if (_options.Format == CaptureFormat.PcapNg) BeginPcapNg();
        else BeginPcap();
    }

    /// <summary>Whether it writes to a file, so that a write does not wait for anybody.</summary>
    public bool CanSeek => _stream.CanSeek;

    /// <summary>How many packets were written.</summary>
    public long Count { get; private set; }

    /// <summary>Bytes that wait for the next flush.</summary>
    public int Waiting => _used;

    /// <summary>Writes a packet.</summary>
    /// <param name="time">When it was captured: from 1970 on, to 2106 in pcap, to 2554 in pcapng.</param>
    /// <param name="data">Its bytes, at most <see cref="CapturedPacket.MostBytes"/>.</param>
    /// <param name="originalLength">How many bytes it had, if more than are written; 0 for as many.</param>
    /// <exception cref="ArgumentOutOfRangeException">The format has no place for a value.</exception>
    public void Write(CaptureTime time, ReadOnlySpan<byte> data, long originalLength = 0)
    {
        Append(time, data, originalLength);
        if (_used >= FlushAt) Flush();
    }

    /// <inheritdoc cref="Write"/>
    /// <param name="time">When it was captured: from 1970 on, to 2106 in pcap, to 2554 in pcapng.</param>
    /// <param name="data">Its bytes, at most <see cref="CapturedPacket.MostBytes"/>.</param>
    /// <param name="originalLength">How many bytes it had, if more than are written; 0 for as many.</param>
    /// <param name="cancellationToken">Gives up; the capture may then be cut short.</param>
    public ValueTask WriteAsync(CaptureTime time, ReadOnlyMemory<byte> data, long originalLength = 0, CancellationToken cancellationToken = default)
    {
        Append(time, data.Span, originalLength);
        return _used >= FlushAt ? FlushAsync(cancellationToken) : ValueTask.CompletedTask;
    }

    /// <summary>Hands everything to the stream.</summary>
    public void Flush()
    {
        int count = _used;
        _used = 0;
        if (count > 0) _stream.Write(_buffer.AsSpan(0, count));
        _stream.Flush();
    }

    /// <inheritdoc cref="Flush"/>
    /// <param name="cancellationToken">Gives up; the capture may then be cut short.</param>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask FlushAsync(CancellationToken cancellationToken = default)
    {
        int count = _used;
        _used = 0;
        if (count > 0) await _stream.WriteAsync(_buffer.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
        await _stream.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Writes what waits, and closes the stream.</summary>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        try
        {
            Flush();
        }
        finally
        {
            if (!_options.LeaveOpen) _stream.Dispose();
        }
    }

    /// <inheritdoc cref="Dispose"/>
    public async ValueTask DisposeAsync()
    {
        if (_disposed) return;
        _disposed = true;
        try
        {
            await FlushAsync().ConfigureAwait(false);
        }
        finally
        {
            if (!_options.LeaveOpen) await _stream.DisposeAsync().ConfigureAwait(false);
        }
    }

    private void Append(CaptureTime time, ReadOnlySpan<byte> data, long originalLength)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (data.Length > CapturedPacket.MostBytes)
            throw new ArgumentOutOfRangeException(nameof(data), data.Length, $"The packet has {data.Length} bytes; a capture takes {CapturedPacket.MostBytes} at most.");
        if (originalLength == 0) originalLength = data.Length;
        if (originalLength < data.Length || originalLength > uint.MaxValue)
        {
            throw new ArgumentOutOfRangeException(
                nameof(originalLength), originalLength, $"The packet had {originalLength} bytes; legal: {data.Length}, which are written of it, to {uint.MaxValue}.");
        }

        int needed = _used + data.Length + MostOverhead;
        if (needed > _buffer.Length) Array.Resize(ref _buffer, needed);
        if (_options.Format == CaptureFormat.PcapNg) AppendPcapNg(time, data, (uint)originalLength);
        else AppendPcap(time, data, (uint)originalLength);
        Count++;
    }

    private void BeginPcap()
    {
        Long(_options.Format == CaptureFormat.Pcap ? PcapParser.NanosecondMagic : PcapParser.MicrosecondMagic);
        Word(PcapParser.Major);
        Word(PcapParser.Minor);
        Long(0);
        Long(0);
        Long((uint)_options.SnapLength);
        Long((uint)_options.LinkType);
    }

    private void AppendPcap(CaptureTime time, ReadOnlySpan<byte> data, uint originalLength)
    {
        if (time.Seconds is < 0 or > uint.MaxValue)
            throw new ArgumentOutOfRangeException(nameof(time), time, $"The packet's time is {time}; pcap has places for 1970 to 2106. Write pcapng.");
        Long((uint)time.Seconds);
        Long((uint)(_options.Format == CaptureFormat.Pcap ? time.Nanoseconds : time.Nanoseconds / 1000));
        Long((uint)data.Length);
        Long(originalLength);
        Bytes(data);
    }

    private void BeginPcapNg()
    {
        const uint section = 28, described = 32;
        Long(PcapNgParser.SectionHeader);
        Long(section);
        Long(PcapNgParser.ByteOrderMagic);
        Word(1);
        Word(0);
        Long(uint.MaxValue);
        Long(uint.MaxValue);
        Long(section);

        Long(PcapNgParser.InterfaceDescription);
        Long(described);
        Word((ushort)_options.LinkType);
        Word(0);
        Long((uint)_options.SnapLength);
        Word(PcapNgParser.TimeResolution);
        Word(1);
        Bytes([Nanoseconds, 0, 0, 0]);
        Long(0);
        Long(described);
    }

    private void AppendPcapNg(CaptureTime time, ReadOnlySpan<byte> data, uint originalLength)
    {
        if (!time.TryGetNanoseconds(out ulong nanoseconds))
            throw new ArgumentOutOfRangeException(nameof(time), time, $"The packet's time is {time}; pcapng with nanoseconds has places for 1970 to 2554.");
        int padding = -data.Length & 3;
        uint length = (uint)(EnhancedLength + data.Length + padding);
        Long(PcapNgParser.EnhancedPacket);
        Long(length);
        Long(0);
        Long((uint)(nanoseconds >> 32));
        Long((uint)nanoseconds);
        Long((uint)data.Length);
        Long(originalLength);
        Bytes(data);
        _buffer.AsSpan(_used, padding).Clear();
        _used += padding;
        Long(length);
    }

    private void Word(ushort value)
    {
        if (_options.BigEndian) BinaryPrimitives.WriteUInt16BigEndian(_buffer.AsSpan(_used), value);
        else BinaryPrimitives.WriteUInt16LittleEndian(_buffer.AsSpan(_used), value);
        _used += 2;
    }

    private void Long(uint value)
    {
        if (_options.BigEndian) BinaryPrimitives.WriteUInt32BigEndian(_buffer.AsSpan(_used), value);
        else BinaryPrimitives.WriteUInt32LittleEndian(_buffer.AsSpan(_used), value);
        _used += 4;
    }

    private void Bytes(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_buffer.AsSpan(_used));
        _used += bytes.Length;
    }
}
