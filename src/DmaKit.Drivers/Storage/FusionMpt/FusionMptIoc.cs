using System.Buffers.Binary;
using DmaKit.Platforms;

namespace DmaKit.Drivers;

/// <summary>What goes through the doorbell of the adapter: resets, and the messages that bring it up. Every wait is bounded by the platform's clock.</summary>
/// <remarks>One caller at a time: a read of the doorbell in the middle of a handshake would take a halfword of its reply.</remarks>
/// <param name="registers">BAR 1.</param>
/// <param name="clock">The platform's.</param>
/// <param name="limit">How long each reset and each message may take.</param>
internal sealed class FusionMptIoc(RegisterWindow registers, TimeProvider clock, TimeSpan limit)
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(1);

    /// <summary>Stops the adapter and waits until it is ready: message unit reset, and if that does not help, the hard reset.</summary>
    /// <exception cref="FusionMptException">Neither helped. What the adapter does with memory is not known.</exception>
    public async ValueTask ResetAsync(CancellationToken cancellationToken)
    {
        registers.Write32(FusionMptRegister.Doorbell, FusionMptRegister.MessageUnitReset);
        if (await IsReadyAsync(cancellationToken).ConfigureAwait(false)) return;

        foreach (byte key in FusionMptRegister.DiagnosticKeys) registers.Write32(FusionMptRegister.WriteSequence, key);
        registers.Write32(FusionMptRegister.Diagnostic, FusionMptRegister.DiagnosticOpen | FusionMptRegister.DiagnosticReset);
        if (await IsReadyAsync(cancellationToken).ConfigureAwait(false)) return;
        throw Stuck("a reset, and then a hard reset");
    }

    /// <summary>Asks the adapter about itself, and each port.</summary>
    public async ValueTask<IocFacts> ReadFactsAsync(CancellationToken cancellationToken)
    {
        const int portFactsLength = 40, portNumber = 0x06, status = 0x0E;
        IocFacts facts = IocFacts.Parse(await HandshakeAsync("IOC FACTS", IocFacts.Request, IocFacts.ReplyLength, cancellationToken).ConfigureAwait(false));
        for (int port = 0; port < Math.Max(1, facts.Ports); port++)
        {
            uint[] request = [(uint)FusionMptFunction.PortFacts << 24, (uint)port << (portNumber - 4) * 8, 0];
            byte[] reply = await HandshakeAsync("PORT FACTS", request, portFactsLength, cancellationToken).ConfigureAwait(false);
            FusionMptException.ThrowIfFailed($"PORT FACTS of port {port}", BinaryPrimitives.ReadUInt16LittleEndian(reply.AsSpan(status)));
        }

        return facts;
    }

    /// <summary>Makes the adapter operational.</summary>
    /// <param name="facts">What it said of itself.</param>
    /// <param name="replyFrameLength">The length of a reply frame in bytes.</param>
    /// <param name="frames">The upper half of the address of every request and reply frame.</param>
    /// <param name="sense">The upper half of the address of every sense buffer.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async ValueTask InitAsync(IocFacts facts, int replyFrameLength, uint frames, uint sense, CancellationToken cancellationToken)
    {
        // 44 bytes. Byte 0: who asks, 4 for a driver. 3: function. 5, 6: devices and buses. 0x0C: length of a reply frame. 0x10, 0x14: upper
        // halves. 0x18 to 0x27: signal address and host page buffer, unused. 0x28: version 1.5 of the messages.
        const uint hostDriver = 4, version = 0x0105;
        const int replyLength = 20, status = 0x0E;
        uint[] request =
        [
            hostDriver | (uint)FusionMptFunction.IocInit << 24,
            (uint)(byte)facts.MaxDevices << 8 | (uint)facts.MaxBuses << 16,
            0,
            (uint)replyFrameLength,
            frames,
            sense,
            0,
            0,
            0,
            0,
            version,
        ];
        byte[] reply = await HandshakeAsync("IOC INIT", request, replyLength, cancellationToken).ConfigureAwait(false);
        FusionMptException.ThrowIfFailed("IOC INIT", BinaryPrimitives.ReadUInt16LittleEndian(reply.AsSpan(status)));
        await WaitAsync("the adapter to become operational", static doorbell => (doorbell & FusionMptRegister.StateMask) == FusionMptRegister.StateOperational, FusionMptRegister.Doorbell, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Sends a message word by word and takes the reply halfword by halfword.</summary>
    /// <returns>The reply, zeros where it is shorter.</returns>
    private async ValueTask<byte[]> HandshakeAsync(string name, uint[] request, int replyLength, CancellationToken cancellationToken)
    {
        registers.Write32(FusionMptRegister.InterruptStatus, 0);
        registers.Write32(FusionMptRegister.Doorbell, FusionMptRegister.Handshake | (uint)request.Length << 16);
        await WaitForDoorbellAsync(name, cancellationToken).ConfigureAwait(false);
        registers.Write32(FusionMptRegister.InterruptStatus, 0);
        await WaitUntilTakenAsync(name, cancellationToken).ConfigureAwait(false);
        foreach (uint word in request)
        {
            registers.Write32(FusionMptRegister.Doorbell, word);
            await WaitUntilTakenAsync(name, cancellationToken).ConfigureAwait(false);
        }

        // Byte 2 of every reply, the low byte of the second halfword, is the length of the reply in words.
        var reply = new byte[replyLength];
        int length = 4;
        for (int at = 0; at < length; at += 2)
        {
            await WaitForDoorbellAsync(name, cancellationToken).ConfigureAwait(false);
            ushort half = (ushort)registers.Read32(FusionMptRegister.Doorbell);
            if (at + 2 <= replyLength) BinaryPrimitives.WriteUInt16LittleEndian(reply.AsSpan(at), half);
            if (at == 2) length = Math.Max(4, (half & 0xFF) * 4);
            registers.Write32(FusionMptRegister.InterruptStatus, 0);
        }

        // One more acknowledgement ends the handshake.
        registers.Write32(FusionMptRegister.InterruptStatus, 0);
        if (length < replyLength) throw new FusionMptException($"The adapter's reply to {name} has {length} bytes; {replyLength} are needed.");
        return reply;
    }

    private ValueTask WaitForDoorbellAsync(string name, CancellationToken cancellationToken) => WaitAsync(
        $"an answer to {name}", static status => (status & FusionMptRegister.DoorbellInterrupt) != 0, FusionMptRegister.InterruptStatus, cancellationToken);

    private ValueTask WaitUntilTakenAsync(string name, CancellationToken cancellationToken) => WaitAsync(
        $"{name} to be taken", static status => (status & FusionMptRegister.DoorbellPending) == 0, FusionMptRegister.InterruptStatus, cancellationToken);

    private async ValueTask WaitAsync(string what, Func<uint, bool> isThere, long register, CancellationToken cancellationToken)
    {
        long start = clock.GetTimestamp();
        while (!isThere(registers.Read32(register)))
        {
            if (clock.GetElapsedTime(start) >= limit) throw Stuck(what);
            await PauseAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask<bool> IsReadyAsync(CancellationToken cancellationToken)
    {
        long start = clock.GetTimestamp();
        while (true)
        {
            if ((registers.Read32(FusionMptRegister.Doorbell) & FusionMptRegister.StateMask) == FusionMptRegister.StateReady) return true;
            if (clock.GetElapsedTime(start) >= limit) return false;
            await PauseAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Between two looks. Who gives up is heard at its end: a delay that is cancelled would go on in the thread pool, whatever the platform says.</summary>
    private async ValueTask PauseAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        await Task.Delay(PollInterval, clock, CancellationToken.None).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
    }

    private FusionMptException Stuck(string what)
    {
        uint doorbell = registers.Read32(FusionMptRegister.Doorbell);
        int fault = (doorbell & FusionMptRegister.StateMask) == FusionMptRegister.StateFault ? (int)(doorbell & 0xFFFF) : 0;
        string state = fault != 0 ? $"it is in its fault state, code 0x{fault:X4}" : $"its doorbell reads 0x{doorbell:X8}";
        return new FusionMptException($"Waited {limit.TotalSeconds:0.###} s for {what}, in vain: {state}.", fault);
    }
}
