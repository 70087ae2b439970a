namespace DmaKit.Devices;

// What the commands do, and the image behind them.
public sealed partial class ScsiDisk
{
    private void StartLegal(ScsiOperation operation)
    {
        switch (operation)
        {
            case ScsiOperation.TestUnitReady:
                CheckReady();
                break;
            case ScsiOperation.RequestSense:
                AnswerSense();
                break;
            case ScsiOperation.Inquiry:
                AnswerInquiry();
                break;
            case ScsiOperation.ReportLuns:
                Answer(ScsiAnswers.ReportLuns(_answer, _cdb[2]));
                break;
            case ScsiOperation.ModeSense6 or ScsiOperation.ModeSense10:
                AnswerModeSense(operation == ScsiOperation.ModeSense10);
                break;
            case ScsiOperation.StartStopUnit:
                _stopped = (_cdb[4] & 0x01) == 0;
                break;
            case ScsiOperation.ReadCapacity10:
                if (CheckReady()) Answer(ScsiAnswers.Capacity10(_answer, Blocks));
                break;
            case ScsiOperation.ReadCapacity16:
                if (CheckReady()) Answer(ScsiAnswers.Capacity16(_answer, Blocks));
                break;
            case ScsiOperation.SynchronizeCache:
                if (CheckReady()) CheckRange();
                break;
            case ScsiOperation.Verify:
                if (CheckReady() && CheckRange()) _verified = (long)_request.Blocks * BlockLength;
                break;
            case ScsiOperation.Read or ScsiOperation.VerifyCompare:
                if (CheckReady() && CheckRange()) Remaining = TransferLength;
                break;
            case ScsiOperation.Write:
                if (!CheckReady() || !CheckRange()) break;
                if (_image.IsReadOnly) Fail(ScsiSense.WriteProtected);
                else Remaining = TransferLength;
                break;
        }
    }

    private bool CheckReady()
    {
        if (Blocks == 0) Fail(ScsiSense.NoMedium);
        else if (_stopped) Fail(ScsiSense.Stopped);
        return Status == ScsiStatus.Good;
    }

    private bool CheckRange()
    {
        // A first block behind the last is refused even when no block is asked for.
        if (_request.Block >= (ulong)Blocks || _request.Blocks > (ulong)Blocks - _request.Block)
        {
            Fail(ScsiSense.BlockOutOfRange);
            return false;
        }

        _position = (long)_request.Block * BlockLength;
        return true;
    }

    private void Answer(int length) => Remaining = Math.Min(length, TransferLength);

    private void AnswerInquiry()
    {
        bool product = (_cdb[1] & 0x01) != 0;
        if (product)
        {
            int length = ScsiAnswers.VitalProductData(_answer, _cdb[2], _names, _unit == 0);
            if (length == 0) Fail(ScsiSense.InvalidField);
            else Answer(length);
        }
        else if (_cdb[2] != 0)
        {
            Fail(ScsiSense.InvalidField);
        }
        else
        {
            Answer(ScsiAnswers.Inquiry(_answer, _names, _unit == 0));
        }
    }

    /// <summary>Sense data as data: a pending unit attention, which is thereby reported, or nothing amiss (SPC-4 6.39).</summary>
    private void AnswerSense()
    {
        ScsiSense sense = _unit != 0 ? ScsiSense.NoSuchUnit
            : !_attention.IsNone ? _attention
            : Blocks == 0 ? ScsiSense.NoMedium
            : _stopped ? ScsiSense.Stopped
            : ScsiSense.None;
        if (_unit == 0) _attention = ScsiSense.None;
        sense.Encode(_answer, -1);
        Answer(ScsiSense.Length);
    }

    private void AnswerModeSense(bool ten)
    {
        const int saved = 3;
        if (_cdb[2] >> 6 == saved)
        {
            Fail(ScsiSense.NothingSaved);
            return;
        }

        int length = ScsiAnswers.ModeSense(_answer, _cdb, ten, _image.IsReadOnly, Blocks);
        if (length == 0) Fail(ScsiSense.InvalidField);
        else Answer(length);
    }

    /// <summary>Reads whole blocks at the position. After an error the blocks are tried one by one, to name the one that failed.</summary>
    private int ReadBlocks(Span<byte> destination)
    {
        if (TryImage(_position, destination)) return destination.Length;
        for (int done = 0; done < destination.Length; done += BlockLength)
        {
            if (TryImage(_position + done, destination.Slice(done, BlockLength))) continue;
            Fail(ScsiSense.ReadError, (_position + done) / BlockLength);
            return done;
        }

        return destination.Length;
    }

    private bool WriteBlocks(ReadOnlySpan<byte> source)
    {
        if (!TryWriteImage(_position, source))
        {
            for (int done = 0; done < source.Length; done += BlockLength)
            {
                if (TryWriteImage(_position + done, source.Slice(done, BlockLength))) continue;
                Fail(ScsiSense.WriteError, (_position + done) / BlockLength);
                return false;
            }
        }

        _position += source.Length;
        return true;
    }

    private bool Compare(ReadOnlySpan<byte> source)
    {
        while (!source.IsEmpty)
        {
            int length = Math.Min(ScratchLength, source.Length);
            Span<byte> stored = _scratch.AsSpan(0, length);
            if (ReadBlocks(stored) < length) return false;
            if (!stored.SequenceEqual(source[..length]))
            {
                Fail(ScsiSense.Miscompare);
                return false;
            }

            _position += length;
            source = source[length..];
        }

        return true;
    }

    private bool TryImage(long offset, Span<byte> destination)
    {
        try
        {
            _image.Read(offset, destination);
            return true;
        }
        catch (Exception e) when (IsImageError(e))
        {
            LastImageError = e;
            return false;
        }
    }

    private bool TryWriteImage(long offset, ReadOnlySpan<byte> source)
    {
        try
        {
            _image.Write(offset, source);
            return true;
        }
        catch (Exception e) when (IsImageError(e))
        {
            LastImageError = e;
            return false;
        }
    }

    private void FlushImage()
    {
        try
        {
            _image.Flush();
        }
        catch (Exception e) when (IsImageError(e))
        {
            LastImageError = e;
            Fail(ScsiSense.WriteError);
        }
    }

    private static bool IsImageError(Exception e) => e is IOException or UnauthorizedAccessException or ObjectDisposedException;
}
