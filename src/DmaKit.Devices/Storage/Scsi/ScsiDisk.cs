namespace DmaKit.Devices;

/// <summary>
/// A SCSI disk with one logical unit and blocks of 512 bytes on a <see cref="DiskImage"/>: what stands behind an adapter.
/// </summary>
/// <remarks>
/// <para>
/// An adapter gives it one command at a time: <see cref="Decode"/>, then, if the adapter likes what the command asks for,
/// <see cref="Start"/>; <see cref="Read"/> or <see cref="Write"/> until <see cref="Remaining"/> is 0, and <see cref="Work"/> until
/// it says no; then <see cref="Finish"/>, <see cref="Status"/> and <see cref="Sense"/>. A command that is simply left behind does
/// no harm. Every call does a bounded amount of work and allocates nothing.
/// </para>
/// <para>
/// Commands: TEST UNIT READY, REQUEST SENSE, INQUIRY (standard and pages 00h, 80h, 83h), MODE SENSE 6/10, START STOP UNIT, READ
/// CAPACITY 10/16, READ and WRITE 6/10/12/16, VERIFY 10/16, SYNCHRONIZE CACHE 10/16, REPORT LUNS. Sources: SPC-4, SBC-3.
/// </para>
/// <para>Bytes of the image behind its last whole block are out of reach. An image without a whole block is a disk without a medium.</para>
/// <para>Belongs to one adapter and its turns.</para>
/// </remarks>
public sealed partial class ScsiDisk : IDisposable
{
    /// <summary>The length of a block in bytes.</summary>
    public const int BlockLength = ScsiRequest.BlockLength;

    private const int CdbLength = 16;
    private const int ScratchLength = 64 * 1024;

    private readonly DiskImage _image;
    private readonly ScsiDiskOptions _names;
    private readonly byte[] _cdb = new byte[CdbLength];
    private readonly byte[] _answer = new byte[ScsiAnswers.Longest];
    private readonly byte[] _sense = new byte[ScsiSense.Length];
    private readonly byte[] _scratch = new byte[ScratchLength];

    private ScsiSense _attention;
    private bool _stopped;

    private ScsiRequest _request;
    private int _unit;
    private long _position;
    private int _answered;
    private long _verified;

    /// <summary>Makes a disk. A unit attention is pending, as after power-on.</summary>
    /// <param name="image">Its bytes; disposed with the disk.</param>
    /// <param name="options">How it names itself; null for the defaults.</param>
    public ScsiDisk(DiskImage image, ScsiDiskOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(image);
        _image = image;
        _names = options ?? new ScsiDiskOptions();
        Blocks = image.Length / BlockLength;
        Reset();
    }

    /// <summary>How many whole blocks the image has.</summary>
    public long Blocks { get; }

    /// <summary>Which way the decoded command moves data.</summary>
    public ScsiDirection Direction => _request.Direction;

    /// <summary>How many bytes the decoded command block asks to move: its blocks, or its allocation length.</summary>
    public long TransferLength => _request.TransferLength;

    /// <summary>How many bytes the started command still moves.</summary>
    public long Remaining { get; private set; }

    /// <summary>How the command stands: not good as soon as anything failed.</summary>
    public ScsiStatus Status { get; private set; }

    /// <summary>Fixed-format sense data, 18 bytes, when <see cref="Status"/> is not good; empty otherwise. Valid until the next command.</summary>
    public ReadOnlySpan<byte> Sense => Status == ScsiStatus.Good ? default : _sense;

    /// <summary>What the image threw when it last failed, for people; null if it never did.</summary>
    public Exception? LastImageError { get; private set; }

    /// <summary>Power-on or reset: forgets the command, starts the unit, and has a unit attention (29h) to report.</summary>
    public void Reset() => Reset(0x00);

    /// <summary>Takes a command block and says in <see cref="Direction"/> and <see cref="TransferLength"/> what it asks for. Changes nothing else.</summary>
    /// <param name="cdb">The command block, 1 to 16 bytes.</param>
    /// <param name="unit">The logical unit's number.</param>
    /// <exception cref="ArgumentOutOfRangeException">The command block is empty or longer than 16 bytes.</exception>
    public void Decode(ReadOnlySpan<byte> cdb, int unit)
    {
        if (cdb.Length is 0 or > CdbLength)
            throw new ArgumentOutOfRangeException(nameof(cdb), cdb.Length, $"The command block has {cdb.Length} bytes; legal: 1 to {CdbLength}.");
        Array.Clear(_cdb);
        cdb.CopyTo(_cdb);
        _unit = unit;
        _request = ScsiRequest.Decode(_cdb, cdb.Length);
        Forget();
    }

    /// <summary>Begins the decoded command: checks it and prepares its data.</summary>
    public void Start()
    {
        ScsiOperation operation = _request.Operation;
        bool exempt = operation is ScsiOperation.Inquiry or ScsiOperation.ReportLuns or ScsiOperation.RequestSense;
        if (_unit != 0 && !exempt)
        {
            Fail(ScsiSense.NoSuchUnit);
        }
        else if (_unit == 0 && !exempt && !_attention.IsNone)
        {
            Fail(_attention);
            _attention = ScsiSense.None;
        }
        else if (!_request.Fault.IsNone)
        {
            Fail(_request.Fault);
        }
        else
        {
            StartLegal(operation);
        }
    }

    /// <summary>The next bytes for the program.</summary>
    /// <param name="destination">Where they go. When blocks are read, a multiple of 512 bytes.</param>
    /// <returns>How many there were; 0 when the command has no more, or failed.</returns>
    /// <exception cref="ArgumentException">A read of blocks with a length that is no multiple of 512.</exception>
    public int Read(Span<byte> destination)
    {
        int length = (int)Math.Min(destination.Length, Remaining);
        if (length == 0 || Direction != ScsiDirection.FromDevice) return 0;
        if (_request.Operation == ScsiOperation.Read)
        {
            CheckWholeBlocks(length);
            length = ReadBlocks(destination[..length]);
            _position += length;
        }
        else
        {
            _answer.AsSpan(_answered, length).CopyTo(destination);
            _answered += length;
        }

        // A failure has set it to 0 already.
        if (Remaining > 0) Remaining -= length;
        return length;
    }

    /// <summary>The next bytes from the program: written, or compared.</summary>
    /// <param name="source">The bytes, a multiple of 512, at most <see cref="Remaining"/>.</param>
    /// <returns>False when the command failed; no more is wanted then.</returns>
    /// <exception cref="ArgumentException">The length is no multiple of 512 or more than the command takes.</exception>
    public bool Write(ReadOnlySpan<byte> source)
    {
        if (Direction != ScsiDirection.ToDevice || source.Length > Remaining)
            throw new ArgumentException($"{source.Length} bytes; the command takes {(Direction == ScsiDirection.ToDevice ? Remaining : 0)} more.", nameof(source));
        CheckWholeBlocks(source.Length);
        bool done = _request.Operation == ScsiOperation.VerifyCompare ? Compare(source) : WriteBlocks(source);
        if (!done) return false;
        Remaining -= source.Length;
        return true;
    }

    /// <summary>Does a piece of what a command does without moving data.</summary>
    /// <returns>Whether there is more of it: call again.</returns>
    public bool Work()
    {
        if (_verified == 0) return false;
        int length = (int)Math.Min(ScratchLength, _verified);
        int read = ReadBlocks(_scratch.AsSpan(0, length));
        _position += read;
        _verified = read == length ? _verified - length : 0;
        return _verified != 0;
    }

    /// <summary>Ends the command: afterwards <see cref="Status"/> is final.</summary>
    public void Finish()
    {
        if (Status != ScsiStatus.Good) return;
        bool durable = _request.Operation switch
        {
            ScsiOperation.Write => _request.ForceUnitAccess,
            ScsiOperation.SynchronizeCache => true,
            ScsiOperation.StartStopUnit => _stopped,
            _ => false,
        };
        if (durable) FlushImage();
    }

    /// <summary>Closes the image.</summary>
    public void Dispose() => _image.Dispose();

    /// <summary>Reset, with the qualifier that says which (SPC-4 annex D): 0 power-on, 2 bus reset, 3 target reset.</summary>
    internal void Reset(byte qualifier)
    {
        _attention = new ScsiSense(0x6, 0x29, qualifier);
        _stopped = false;
        _request = new ScsiRequest(ScsiOperation.Wrong) { Fault = ScsiSense.InvalidOpcode };
        Forget();
    }

    private static void CheckWholeBlocks(int length)
    {
        if (length % BlockLength != 0) throw new ArgumentException($"{length} bytes; legal: a multiple of {BlockLength}.", nameof(length));
    }

    private void Forget()
    {
        Status = ScsiStatus.Good;
        Remaining = 0;
        _answered = 0;
        _verified = 0;
    }

    private void Fail(ScsiSense sense, long block = -1)
    {
        Status = ScsiStatus.CheckCondition;
        Remaining = 0;
        _verified = 0;
        sense.Encode(_sense, block);
    }
}
