using System.Buffers.Binary;

namespace DmaKit.Devices;

// Messages that manage the adapter itself.
public sealed partial class FusionMptAdapter
{
    private const byte HostDriver = 4;
    private const int Ports = MostTargets;

    private byte _whoInit;
    private byte _eventState;
    private int _replyFrameLength;
    private int _maxDevices;
    private uint _mfaHigh;
    private uint _senseHigh;

    private void ForgetInit()
    {
        (_whoInit, _eventState) = (0, 0);
        (_replyFrameLength, _maxDevices) = (0, MostTargets);
        (_mfaHigh, _senseHigh) = (0, 0);
    }

    /// <summary>How many bytes of a request the adapter looks at.</summary>
    private static int LengthOf(byte function) => function switch
    {
        FusionWire.FunctionTaskManagement => FusionWire.TaskManagementLength,
        FusionWire.FunctionIocInit => FusionWire.IocInitLength,
        FusionWire.FunctionConfig => FusionWire.ConfigLength,
        _ => FusionWire.HeaderLength,
    };

    /// <summary>Does what a message asks and writes the reply.</summary>
    /// <returns>The reply's length in bytes.</returns>
    private int AnswerMessage(ReadOnlySpan<byte> request, Span<byte> reply, bool byDoorbell)
    {
        byte function = request[FusionWire.Function];
        reply.Clear();
        reply[FusionWire.Function] = function;
        reply[FusionWire.MessageFlags] = request[FusionWire.MessageFlags];
        request.Slice(FusionWire.Context, 4).CopyTo(reply[FusionWire.Context..]);
        int length = function switch
        {
            FusionWire.FunctionIocInit => AnswerInit(request, reply),
            FusionWire.FunctionIocFacts => AnswerIocFacts(reply),
            FusionWire.FunctionPortFacts => AnswerPortFacts(request, reply),
            FusionWire.FunctionPortEnable => AnswerPortEnable(request, reply),
            FusionWire.FunctionEventNotification => AnswerEventNotification(request, reply),
            FusionWire.FunctionConfig => AnswerConfig(request, reply),
            FusionWire.FunctionTaskManagement => AnswerTaskManagement(request, reply, byDoorbell),
            _ => Refuse(reply, IocStatus.InvalidFunction),
        };
        reply[FusionWire.MessageLength] = (byte)(length / 4);
        return length;
    }

    private static int Refuse(Span<byte> reply, ushort status)
    {
        SetStatus(reply, status);
        return FusionWire.DefaultReplyLength;
    }

    private static void SetStatus(Span<byte> reply, ushort status) => Word(reply, FusionWire.Status, status);

    private static void Word(Span<byte> message, int offset, int value) =>
        BinaryPrimitives.WriteUInt16LittleEndian(message[offset..], (ushort)value);

    private static void Double(Span<byte> message, int offset, uint value) =>
        BinaryPrimitives.WriteUInt32LittleEndian(message[offset..], value);

    private static uint Double(ReadOnlySpan<byte> message, int offset) =>
        BinaryPrimitives.ReadUInt32LittleEndian(message[offset..]);

    private int AnswerInit(ReadOnlySpan<byte> request, Span<byte> reply)
    {
        byte who = request[FusionWire.WhoInit];
        int frame = BinaryPrimitives.ReadUInt16LittleEndian(request[FusionWire.ReplyFrameSize..]);
        reply[FusionWire.WhoInit] = who;
        reply[FusionWire.MaxDevices] = request[FusionWire.MaxDevices];
        reply[FusionWire.MaxBuses] = request[FusionWire.MaxBuses];
        if (_state != StateReady)
        {
            SetStatus(reply, IocStatus.InvalidState);
        }
        else if (who is 0 or > HostDriver || frame < FusionWire.DefaultReplyLength)
        {
            SetStatus(reply, IocStatus.InvalidField);
        }
        else
        {
            _whoInit = who;
            _replyFrameLength = frame;
            int devices = request[FusionWire.MaxDevices];
            _maxDevices = devices == 0 ? MostTargets : Math.Min(devices, MostTargets);
            _mfaHigh = Double(request, FusionWire.MfaHigh);
            _senseHigh = Double(request, FusionWire.SenseHigh);
            _state = StateOperational;
        }

        return FusionWire.DefaultReplyLength;
    }

    private int AnswerIocFacts(Span<byte> reply)
    {
        Word(reply, 0x00, 0x0105);                          // MsgVersion 1.5
        reply[0x14] = 34;                                   // MaxChainDepth
        reply[0x15] = _whoInit;
        reply[0x16] = 8;                                    // BlockSize
        Word(reply, 0x18, MessageFifo.Capacity);            // ReplyQueueDepth
        Word(reply, 0x1A, FusionWire.RequestFrameLength / 4);
        Word(reply, 0x1E, 0x2102);                          // ProductID
        Double(reply, 0x20, _mfaHigh);
        Word(reply, 0x24, MostCommands);                    // GlobalCredits
        reply[0x26] = Ports;
        reply[0x27] = _eventState;
        Double(reply, 0x28, _senseHigh);
        Word(reply, 0x2C, _replyFrameLength);
        reply[0x2E] = MostTargets;                          // MaxDevices
        reply[0x2F] = 1;                                    // MaxBuses
        return FusionWire.IocFactsReplyLength;
    }

    private static int AnswerPortFacts(ReadOnlySpan<byte> request, Span<byte> reply)
    {
        const byte sas = 0x30, initiator = 0x08;
        byte port = request[FusionWire.PortNumber];
        reply[FusionWire.PortNumber] = port;
        if (port >= Ports)
        {
            SetStatus(reply, IocStatus.InvalidField);
        }
        else
        {
            reply[0x15] = sas;
            Word(reply, 0x16, MostTargets);                 // MaxDevices
            Word(reply, 0x18, MostTargets);                 // The port's own SCSI id, behind the targets
            Word(reply, 0x1A, initiator);
        }

        return FusionWire.PortFactsReplyLength;
    }

    private int AnswerPortEnable(ReadOnlySpan<byte> request, Span<byte> reply)
    {
        byte port = request[FusionWire.PortNumber];
        reply[FusionWire.PortNumber] = port;
        if (_state != StateOperational) SetStatus(reply, IocStatus.InvalidState);
        else if (port >= Ports) SetStatus(reply, IocStatus.InvalidField);
        return FusionWire.DefaultReplyLength;
    }

    private int AnswerEventNotification(ReadOnlySpan<byte> request, Span<byte> reply)
    {
        const uint eventStateChange = 0x0A;
        _eventState = request[FusionWire.EventSwitch] != 0 ? (byte)1 : (byte)0;
        Word(reply, 0x00, 1);                               // EventDataLength in words
        reply[FusionWire.MessageFlags] |= FusionWire.ContinuationReply;
        Double(reply, 0x14, eventStateChange);
        Double(reply, 0x1C, _eventState);
        return FusionWire.EventNotificationReplyLength;
    }

    /// <summary>The adapter has no configuration pages.</summary>
    private static int AnswerConfig(ReadOnlySpan<byte> request, Span<byte> reply)
    {
        const byte lastAction = 6;
        byte action = request[FusionWire.ConfigAction];
        reply[FusionWire.ConfigAction] = action;
        request.Slice(FusionWire.ConfigHeader, 4).CopyTo(reply[FusionWire.ConfigHeader..]);
        SetStatus(reply, action > lastAction ? IocStatus.ConfigInvalidAction : IocStatus.ConfigInvalidPage);
        return FusionWire.ConfigReplyLength;
    }
}
