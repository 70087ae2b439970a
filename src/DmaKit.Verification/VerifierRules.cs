namespace DmaKit.Verification;

/// <summary>All rules, in order of number.</summary>
public static class VerifierRules
{
    private static readonly Func<VerifierRule>[] s_makers =
    [
        () => new Dmk1001BufferOverrun(),
        () => new Dmk1002BufferUnderrun(),
        () => new Dmk1003PieceOverrun(),
        () => new Dmk1004FreedMemoryWritten(),
        () => new Dmk1005BufferUsedAfterDispose(),
        () => new Dmk1006BufferAccessOutside(),
        () => new Dmk1007BufferFreedNotQuiet(),
        () => new Dmk1008BlockReturnedTwice(),
        () => new Dmk1009BlockReturnedToWrongPool(),
        () => new Dmk1010BlockUsedAfterReturn(),
        () => new Dmk1011PieceFreedTwice(),
        () => new Dmk1012PieceFreedInWrongHeap(),
        () => new Dmk1013PieceUsedAfterFree(),
        () => new Dmk1014ReturnedBlockWritten(),
        () => new Dmk1015FreedPieceWritten(),
        () => new Dmk1016BlockAccessOutside(),
        () => new Dmk1017BufferDisposedInUse(),
        () => new Dmk1018PieceAccessOutside(),
        () => new Dmk1019CacheUsedByTwoThreads(),
        () => new Dmk1020BufferMuchTooLarge(),
        () => new Dmk2001DataWrittenWhileMapped(),
        () => new Dmk2002MappedDataTouchedEarly(),
        () => new Dmk2003MappingCompletedTwice(),
        () => new Dmk2004MappingUsedAfterEnd(),
        () => new Dmk2005MappingTouchedWhilePosted(),
        () => new Dmk2006MemoryMappedTwice(),
        () => new Dmk2007MappingCompletedBeyondLength(),
        () => new Dmk2008PostedMappingAbandoned(),
        () => new Dmk2009ChainChangedWhileMapped(),
        () => new Dmk2010CoalescerOfAnotherAdapter(),
        () => new Dmk2011ReservationOfAnotherDomain(),
        () => new Dmk2012MappingNeverCompleted(),
        () => new Dmk2013PostedWithoutSayingSo(),
        () => new Dmk2014TransactionOutOfOrder(),
        () => new Dmk2015EndedMappingHandedOver(),
        () => new Dmk3001PacketTouchedWhilePosted(),
        () => new Dmk3002PacketPostedTwice(),
        () => new Dmk3003PacketWrittenWhilePosted(),
        () => new Dmk3004PoolDisposedWhileCommandsOut(),
        () => new Dmk3005MappingPostedTwice(),
        () => new Dmk3006RequestOfAnotherDomain(),
        () => new Dmk3007PacketNotPosted(),
        () => new Dmk4001RingCommittedBeyondReserved(),
        () => new Dmk4002RingEntriesNeverPublished(),
        () => new Dmk4004RingUsedByTwoThreads(),
        () => new Dmk4005RingCommittedWithoutAcquire(),
        () => new Dmk4006RingUsedInWrongDirection(),
        () => new Dmk4007RingInWrongState(),
        () => new Dmk4008RingAwaitedTwice(),
        () => new Dmk4009RingNotStopped(),
        () => new Dmk4010RingPollFailed(),
        () => new Dmk5001TransferOutsideEverything(),
        () => new Dmk5002FreedBufferReached(),
        () => new Dmk5003DeadAddressHandedOver(),
        () => new Dmk5004HostAddressHandedOver(),
        () => new Dmk5005MasterNeverOn(),
        () => new Dmk5006DeviceClaimsMoreThanMapped(),
        () => new Dmk5007DeviceReturnedUnknownTag(),
        () => new Dmk5008DeviceReturnedStaleTag(),
        () => new Dmk5009DeviceCompletedLate(),
        () => new Dmk5010HandlerThrew(),
        () => new Dmk5011InterruptNobodyCared(),
        () => new Dmk5012InterruptTakenTwice(),
        () => new Dmk5013DeviceReturnedUnknownFrame(),
        () => new Dmk6001CalledInCallbackContext(),
        () => new Dmk6002DeadlockFound(),
        () => new Dmk6003BufferNotDisposed(),
        () => new Dmk6004PoolDisposedWhileBlocksOut(),
        () => new Dmk6005HeapDisposedWhilePiecesOut(),
        () => new Dmk6006ReservationDisposedWhileInUse(),
        () => new Dmk6007CommandReserveMadeTwice(),
        () => new Dmk6008TransactionDisposedWhileStaging(),
        () => new Dmk6009AdapterUsedAfterDispose(),
        () => new Dmk6010MoreRegistersThanThereAre(),
        () => new Dmk6011SupervisorThrew(),
        () => new Dmk6012MappingsPileUp(),
    ];

    /// <summary>One object of each rule, for reading: a verifier has its own.</summary>
    public static IReadOnlyList<VerifierRule> All { get; } = [.. Create()];

    /// <summary>Finds a rule by its number.</summary>
    /// <param name="id">Such as <c>DMK1008</c>, in any case.</param>
    /// <returns>The rule, or null.</returns>
    public static VerifierRule? Find(string id) => All.FirstOrDefault(r => string.Equals(r.Id, id, StringComparison.OrdinalIgnoreCase));

    internal static IEnumerable<VerifierRule> Create() => s_makers.Select(make => make());
}
