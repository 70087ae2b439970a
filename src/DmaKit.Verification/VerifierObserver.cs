using DmaKit.Platforms;

namespace DmaKit.Verification;

/// <summary>What the core tells a verifier.</summary>
internal sealed class VerifierObserver(DmaVerifier verifier) : DmaObserver
{
    private readonly System.Collections.Concurrent.ConcurrentDictionary<PciFunction, bool> _masters = new();

    public override void OnAllocated(CommonBuffer buffer)
    {
        if (!verifier.Watches(buffer.Adapter)) return;
        verifier.Note(buffer, static (VerifierBooks books, VerifierRule[] rules, in CommonBuffer what) =>
        {
            BufferRecord record = books.Allocated(what);
            foreach (VerifierRule rule in rules) rule.OnAllocated(books, record);
        });
    }

    public override void OnFreed(CommonBuffer buffer, bool quarantined)
    {
        verifier.Note((buffer, quarantined), static (VerifierBooks books, VerifierRule[] rules, in (CommonBuffer Buffer, bool Quarantined) what) =>
        {
            if (books.Freeing(what.Buffer) is not { } record) return;
            foreach (VerifierRule rule in rules) rule.OnFreed(books, record, what.Quarantined);
            books.Free(record);
        });
    }

    public override void OnRented(object owner, LogicalRange piece)
    {
        if (owner is not IPieceOwner known || !verifier.Watches(known.Adapter)) return;
        verifier.Note((known, piece), static (VerifierBooks books, VerifierRule[] rules, in (IPieceOwner Owner, LogicalRange Range) what) =>
        {
            PieceRecord record = books.Piece(what.Owner, what.Range);
            foreach (VerifierRule rule in rules) rule.OnRented(books, record);
            record.IsRented = true;
            record.Origin = books.Here();
        });
    }

    public override void OnReturned(object owner, LogicalRange piece)
    {
        if (owner is not IPieceOwner known || !verifier.Watches(known.Adapter)) return;
        verifier.Note((known, piece), static (VerifierBooks books, VerifierRule[] rules, in (IPieceOwner Owner, LogicalRange Range) what) =>
        {
            PieceRecord record = books.Piece(what.Owner, what.Range);
            foreach (VerifierRule rule in rules) rule.OnReturned(books, record);
            record.IsRented = false;
        });
    }

    public override void OnMapped(DmaAdapter adapter, in DmaMapping mapping)
    {
        if (!verifier.Watches(adapter)) return;
        verifier.Note((adapter, mapping), static (VerifierBooks books, VerifierRule[] rules, in (DmaAdapter Adapter, DmaMapping Mapping) what) =>
        {
            MappingRecord record = books.Mapped(what.Adapter, what.Mapping);
            foreach (VerifierRule rule in rules) rule.OnMapped(books, record);
        });
    }

    public override void OnUnmapped(DmaAdapter adapter, in DmaMapping mapping, long bytes)
    {
        bool mayThrow = bytes >= 0;
        verifier.Note((mapping, bytes), static (VerifierBooks books, VerifierRule[] rules, in (DmaMapping Mapping, long Bytes) what) =>
        {
            if (books.Unmapping(what.Mapping) is not { } record) return;
            books.Unmap(what.Mapping);
            foreach (VerifierRule rule in rules) rule.OnUnmapped(books, record, what.Bytes);
            books.End(record, what.Bytes);
        }, mayThrow);
    }

    public override void OnPosted(object pool, CommandTag tag, LogicalAddress packet)
    {
        if (pool is not IPieceOwner known || !verifier.Watches(known.Adapter)) return;
        verifier.Note((known, tag, packet), static (VerifierBooks books, VerifierRule[] rules, in (IPieceOwner Pool, CommandTag Tag, LogicalAddress Packet) what) =>
        {
            PacketRecord record = books.Posted(what.Pool, what.Tag, what.Packet);
            foreach (VerifierRule rule in rules) rule.OnPosted(books, record);
        });
    }

    public override void OnCompleted(object pool, CommandTag tag, CommandStatus status)
    {
        verifier.Note((pool, tag, status), static (VerifierBooks books, VerifierRule[] rules, in (object Pool, CommandTag Tag, CommandStatus Status) what) =>
        {
            if (books.Completed(what.Pool, what.Tag) is not { } record) return;
            foreach (VerifierRule rule in rules) rule.OnCompleted(books, record, what.Status);
        });
    }

    public override void OnDoorbell(PciFunction function, int bar, long offset, int size, ulong value)
    {
        if (!verifier.Watches(function)) return;
        bool master = IsMaster(function);
        verifier.Note((function, bar, offset, size, value, master), static (
            VerifierBooks books, VerifierRule[] rules, in (PciFunction Function, int Bar, long Offset, int Size, ulong Value, bool IsMaster) what) =>
        {
            FunctionRecord function = books.Function(what.Function);
            function.WasMaster |= what.IsMaster;
            DoorbellRecord doorbell = books.Doorbell(what.Function, what.Bar, what.Offset, what.Size, what.Value);
            foreach (VerifierRule rule in rules) rule.OnDoorbell(books, what.Function, what.Bar, what.Offset, what.Size, what.Value);
            foreach (VerifierRule rule in rules) rule.OnTold(books, function, doorbell);
            if (doorbell.MayBeAddress) function.Register(doorbell).Note(!doorbell.IsNobodys);
            function.Last = doorbell;
        }, mayThrow: true);
    }

    public override void OnQuiet(DmaAdapter adapter, QuietProof proof)
    {
        if (!verifier.Watches(adapter)) return;
        verifier.Note(adapter, static (VerifierBooks books, VerifierRule[] rules, in DmaAdapter what) => books.Quiet(what));
    }

    public override void OnClosing(DmaAdapter adapter)
    {
        if (!verifier.Watches(adapter)) return;
        verifier.Note(adapter, static (VerifierBooks books, VerifierRule[] rules, in DmaAdapter what) =>
        {
            foreach (VerifierRule rule in rules) rule.OnClosing(books, what);
        });
    }

    /// <summary>Asked as long as it was never on, and outside the lock: the answer may have to come from another process.</summary>
    private bool IsMaster(PciFunction function)
    {
        if (_masters.ContainsKey(function)) return true;
        try
        {
            if (!function.BusMaster) return false;
        }
        catch (DmaException)
        {
            // Who is gone has no say: what is written goes nowhere.
        }

        _masters[function] = true;
        return true;
    }
}
