namespace DmaKit.Devices;

/// <summary>The values of a reply's IOCStatus that this adapter uses. Source: the public MPI 1.5 headers.</summary>
internal static class IocStatus
{
    public const ushort Success = 0x0000;
    public const ushort InvalidFunction = 0x0001;
    public const ushort InvalidSgl = 0x0003;

    /// <summary>Here: a segment of a command's scatter-gather list could not be read.</summary>
    public const ushort InternalError = 0x0004;

    /// <summary>Here: a scatter-gather list with more elements than the adapter keeps.</summary>
    public const ushort InsufficientResources = 0x0006;
    public const ushort InvalidField = 0x0007;
    public const ushort InvalidState = 0x0008;
    public const ushort ConfigInvalidAction = 0x0020;
    public const ushort ConfigInvalidPage = 0x0022;
    public const ushort InvalidBus = 0x0041;
    public const ushort InvalidTarget = 0x0042;
    public const ushort DeviceNotThere = 0x0043;
    public const ushort DataOverrun = 0x0044;
    public const ushort DataUnderrun = 0x0045;

    /// <summary>Here: the platform refused the adapter the command's data.</summary>
    public const ushort IoDataError = 0x0046;

    /// <summary>The command was ended by task management on it or on its target.</summary>
    public const ushort TaskTerminated = 0x0048;
    public const ushort TaskManagementFailed = 0x004A;

    /// <summary>The command was ended because the adapter reset the bus.</summary>
    public const ushort IocTerminated = 0x004B;
}
