namespace DmaKit.Devices;

/// <summary>
/// Where the fields of messages lie, in bytes from the start of the frame; all little endian. Written here for the device alone:
/// drivers have their own. Source: the public MPI 1.5 headers and measurements on QEMU's model.
/// </summary>
internal static class FusionWire
{
    /// <summary>The longest request frame, SGL included.</summary>
    public const int RequestFrameLength = 512;

    /// <summary>The longest reply of this adapter.</summary>
    public const int LongestReply = 80;

    // Every message.
    public const int MessageLength = 0x02;
    public const int Function = 0x03;
    public const int MessageFlags = 0x07;
    public const int Context = 0x08;
    public const int Status = 0x0E;
    public const int HeaderLength = 12;
    public const int DefaultReplyLength = 20;

    public const byte FunctionScsiIo = 0x00;
    public const byte FunctionTaskManagement = 0x01;
    public const byte FunctionIocInit = 0x02;
    public const byte FunctionIocFacts = 0x03;
    public const byte FunctionConfig = 0x04;
    public const byte FunctionPortFacts = 0x05;
    public const byte FunctionPortEnable = 0x06;
    public const byte FunctionEventNotification = 0x07;

    /// <summary>A reply that leaves its request standing: more replies to it may follow.</summary>
    public const byte ContinuationReply = 0x80;

    // SCSI IO and task management, requests and replies.
    public const int Target = 0x00;
    public const int Bus = 0x01;
    public const int ChainOffset = 0x02;
    public const int CdbLength = 0x04;
    public const int SenseLength = 0x05;
    public const int Lun = 0x0C;
    public const int Control = 0x14;
    public const int Cdb = 0x18;
    public const int DataLength = 0x28;
    public const int SenseLow = 0x2C;
    public const int ScatterGather = 0x30;
    public const int ScsiIoLength = 0x30;

    public const int ScsiStatus = 0x0C;
    public const int ScsiState = 0x0D;
    public const int TransferCount = 0x14;
    public const int SenseCount = 0x18;
    public const int ScsiIoReplyLength = 36;

    public const int TaskType = 0x05;
    public const int TaskContext = 0x30;
    public const int TaskManagementLength = 0x34;
    public const int ResponseCode = 0x04;
    public const int TerminationCount = 0x14;
    public const int TaskManagementReplyLength = 24;

    // IOC INIT.
    public const int WhoInit = 0x00;
    public const int MaxDevices = 0x05;
    public const int MaxBuses = 0x06;
    public const int ReplyFrameSize = 0x0C;
    public const int MfaHigh = 0x10;
    public const int SenseHigh = 0x14;

    /// <summary>As far as this adapter looks; the message goes on to 44 bytes.</summary>
    public const int IocInitLength = 0x18;

    // IOC FACTS reply.
    public const int IocFactsReplyLength = 80;

    // PORT FACTS.
    public const int PortNumber = 0x06;
    public const int PortFactsReplyLength = 40;

    // EVENT NOTIFICATION.
    public const int EventSwitch = 0x00;
    public const int EventNotificationReplyLength = 32;

    // CONFIG.
    public const int ConfigAction = 0x00;
    public const int ConfigHeader = 0x14;
    public const int ConfigLength = 0x1C;
    public const int ConfigReplyLength = 24;
}
