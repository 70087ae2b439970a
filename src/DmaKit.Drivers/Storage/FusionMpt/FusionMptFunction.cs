namespace DmaKit.Drivers;

/// <summary>What a message is: byte 3 of every request and reply. Source: the public MPI 1.5 headers.</summary>
internal static class FusionMptFunction
{
    public const byte ScsiIo = 0x00;
    public const byte TaskManagement = 0x01;
    public const byte IocInit = 0x02;
    public const byte IocFacts = 0x03;
    public const byte PortFacts = 0x05;
    public const byte PortEnable = 0x06;
    public const byte EventNotification = 0x07;
}
