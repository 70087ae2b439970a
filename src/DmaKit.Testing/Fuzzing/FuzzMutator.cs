namespace DmaKit.Testing;

/// <summary>Makes an input from a seed: a sample of the corpus, its numbers and bytes changed, then cut, doubled and put together with others.</summary>
internal sealed class FuzzMutator
{
    // One input in so many is a sample as it stands.
    private const int Untouched = 64;
    private const int MostEdits = 5, MostRebuilds = 3;

    private static readonly ulong[] s_boundaries =
    [
        0, 1, 2, 3, 4, 7, 8, 15, 16, 31, 32, 63, 64, 0x7F, 0x80, 0xFF, 0x100, 0x1FF, 0x200, 0x3FF, 0x400, 0x7FF, 0x800, 0xFFF, 0x1000, 0x7FFF, 0x8000, 0xFFFF, 0x1_0000, 0x3_FFFF, 0x4_0000,
        0x4_0001, 0x10_0000, 0xFF_FFFF, 0x100_0000, 0x7FFF_EFFF, 0x7FFF_F000, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFC, 0xFFFF_FFFE, 0xFFFF_FFFF, 0x1_0000_0000, 0x7FFF_FFFF_FFFF_FFFF,
        0x8000_0000_0000_0000, 0xFFFF_FFFF_FFFF_FFFE, 0xFFFF_FFFF_FFFF_FFFF,
    ];

    private readonly FuzzTarget _target;
    private readonly (byte[] Bytes, FuzzMap Map)[] _samples;
    private readonly FuzzBuffer _buffer;
    private readonly byte[] _spare;
    private readonly FuzzRandom _random = new(0);

    internal FuzzMutator(FuzzTarget target)
    {
        _target = target;
        if (target.Corpus.Count == 0) throw new ArgumentException($"The corpus of {target.Name} is empty: mutations have nothing to begin with.", nameof(target));
        _samples = [.. target.Corpus.Select(Sample)];
        _buffer = new FuzzBuffer(target.LongestInput);
        _spare = new byte[target.LongestInput];
    }

    /// <summary>Makes the input of a seed. It is good until the next one.</summary>
    internal ReadOnlyMemory<byte> Make(ulong seed)
    {
        _random.Restart(seed);
        (byte[] bytes, FuzzMap map) = _samples[_random.Below(_samples.Length)];
        _buffer.Set(bytes);
        if (_random.OneIn(Untouched)) return _buffer.Memory;

        // The map knows where things are until the input is rebuilt: numbers first. Few changes are the rule, so that most of an input stays legal.
        int edits = Few(MostEdits), rebuilds = _random.OneIn(2) ? Few(MostRebuilds) : 0;
        for (int i = 0; i < edits && _buffer.Length > 0; i++) Edit(map);
        for (int i = 0; i < rebuilds; i++) Rebuild(i == 0 ? map : null);
        return _buffer.Memory;
    }

    private (byte[] Bytes, FuzzMap Map) Sample(byte[] bytes)
    {
        if (bytes.Length > _target.LongestInput)
            throw new ArgumentException($"A sample of {_target.Name} has {bytes.Length} bytes; the longest input has {_target.LongestInput}.");
        var map = new FuzzMap();
        _target.Map(bytes, map);
        map.End(bytes.Length);
        return (bytes, map);
    }

    private int Few(int most)
    {
        int count = 0;
        while (count < most && _random.OneIn(2)) count++;
        return count;
    }

    private void Edit(FuzzMap map)
    {
        bool mapped = map.Fields.Count > 0;
        switch (_random.Below(mapped ? 12 : 6))
        {
            case 0:
                Bytes[_random.Below(_buffer.Length)] ^= (byte)(1 << _random.Below(8));
                break;
            case 1:
                Bytes[_random.Below(_buffer.Length)] = (byte)_random.Next();
                break;
            case 2:
                FuzzField anywhere = Anywhere();
                _buffer.Write(anywhere, Boundary(anywhere));
                break;
            case 3:
                Overwrite();
                break;
            case 4:
                (int start, int length) = Range(16);
                if (_random.OneIn(2)) Bytes.Slice(start, length).Fill((byte)_random.Next());
                else _random.Fill(Bytes.Slice(start, length));
                break;
            case 5:
                FuzzField nudged = mapped ? AnyField(map) : Anywhere();
                _buffer.Write(nudged, unchecked(_buffer.Read(nudged) + (ulong)(_random.Below(17) - 8)));
                break;
            case 6 when _random.OneIn(8):
                // The other byte order throughout: a whole twin.
                foreach (FuzzField field in map.Fields) Swap(field);
                break;
            case 6:
                Swap(AnyField(map));
                break;
            default:
                FuzzField number = AnyField(map);
                _buffer.Write(number, Boundary(number));
                break;
        }
    }

    private Span<byte> Bytes => _buffer.Bytes;

    private FuzzField AnyField(FuzzMap map) => map.Fields[_random.Below(map.Fields.Count)];

    private FuzzField Anywhere()
    {
        int size = Math.Min(1 << _random.Below(4), 1 << int.Log2(_buffer.Length));
        return new FuzzField(_random.Below(_buffer.Length - size + 1), size, _random.OneIn(2));
    }

    private void Swap(FuzzField field) => _buffer.Write(field with { BigEndian = !field.BigEndian }, _buffer.Read(field));

    /// <summary>A number at which something changes: a power of two, a limit, what is left of the input, what was there give or take one; or any.</summary>
    private ulong Boundary(FuzzField field)
    {
        ulong value = _random.Below(8) switch
        {
            0 => (ulong)(_buffer.Length - field.Offset - field.Size),
            1 => (ulong)_buffer.Length,
            2 => _buffer.Read(field),
            3 => _random.Next(),
            _ => s_boundaries[_random.Below(s_boundaries.Length)],
        };
        return unchecked(value + (ulong)(_random.Below(4) switch
        {
            0 => -1L,
            1 => 1L,
            _ => 0L,
        }));
    }

    private void Overwrite()
    {
        if (_target.Words.Count == 0) return;
        ReadOnlySpan<byte> word = _target.Words[_random.Below(_target.Words.Count)];
        int start = _random.Below(_buffer.Length);
        word[..Math.Min(word.Length, _buffer.Length - start)].CopyTo(Bytes[start..]);
    }

    private (int Start, int Length) Range(int most)
    {
        int start = _random.Below(_buffer.Length);
        return (start, 1 + _random.Below(Math.Min(most, _buffer.Length - start)));
    }

    private void Rebuild(FuzzMap? map)
    {
        if (_buffer.Length == 0)
        {
            InsertWord();
            return;
        }

        (int start, int length) = Piece(map);
        switch (_random.Below(8))
        {
            case 0:
                _buffer.Cut(_random.Below(_buffer.Length + 1));
                break;
            case 1:
                _buffer.Remove(start, length);
                break;
            case 2 or 3:
                Double(start, length);
                break;
            case 4 or 5:
                Splice(start);
                break;
            case 6:
                Move(start, length, map);
                break;
            default:
                InsertWord();
                break;
        }
    }

    /// <summary>A piece of the map, or any range.</summary>
    private (int Start, int Length) Piece(FuzzMap? map)
    {
        if (map is null || map.Seams.Count < 2 || _random.OneIn(4)) return Range(_buffer.Length);
        int piece = _random.Below(map.Seams.Count - 1);
        return (map.Seams[piece], map.Seams[piece + 1] - map.Seams[piece]);
    }

    private void Double(int start, int length)
    {
        Span<byte> copy = _spare.AsSpan(0, length);
        Bytes.Slice(start, length).CopyTo(copy);
        int times = _random.OneIn(8) ? 1 + _random.Below(64) : 1;
        for (int i = 0; i < times && _buffer.Length < _target.LongestInput; i++) _buffer.Insert(start, copy);
    }

    /// <summary>Goes on with another sample from here, or has a piece of it put in.</summary>
    private void Splice(int start)
    {
        (byte[] other, FuzzMap map) = _samples[_random.Below(_samples.Length)];
        if (other.Length == 0) return;
        int from = map.Seams[_random.Below(map.Seams.Count)];
        if (_random.OneIn(2))
        {
            _buffer.Cut(start);
            _buffer.Insert(start, other.AsSpan(from));
        }
        else
        {
            int piece = _random.Below(map.Seams.Count - 1);
            _buffer.Insert(start, other.AsSpan(map.Seams[piece]..map.Seams[piece + 1]));
        }
    }

    private void Move(int start, int length, FuzzMap? map)
    {
        Span<byte> copy = _spare.AsSpan(0, length);
        Bytes.Slice(start, length).CopyTo(copy);
        _buffer.Remove(start, length);
        int to = map is null ? _random.Below(_buffer.Length + 1) : Math.Min(map.Seams[_random.Below(map.Seams.Count)], _buffer.Length);
        _buffer.Insert(to, copy);
    }

    private void InsertWord()
    {
        Span<byte> word = _spare.AsSpan(0, Math.Min(1 + _random.Below(16), _spare.Length));
        if (_target.Words.Count > 0) word = _target.Words[_random.Below(_target.Words.Count)].AsSpan();
        else _random.Fill(word);
        _buffer.Insert(_random.Below(_buffer.Length + 1), word);
    }
}
