using DmaKit.Platforms;

namespace DmaKit.Testing;

/// <summary>The port: opening, configuration space, registers, interrupts, bus mastering. An interrupt message is a transfer: without bus mastering it is not sent.</summary>
internal static class PortChecks
{
    public static IEnumerable<ConformanceCheck> All =>
    [
        new(nameof(Port_AFunctionIsOpenedByOne), Port_AFunctionIsOpenedByOne),
        new(nameof(Port_ConfigurationSpaceSaysWhoItIs), Port_ConfigurationSpaceSaysWhoItIs),
        new(nameof(Port_ARegisterAccessOutsideTheWindowThrows), Port_ARegisterAccessOutsideTheWindowThrows),
        new(nameof(Port_BusMasteringIsOffAtFirst), Port_BusMasteringIsOffAtFirst),
        new(nameof(T2_AHandlerRunsInCallbackContext), T2_AHandlerRunsInCallbackContext),
        new(nameof(T2_AHandlerNeverRunsOnTheStackOfARegisterAccess), T2_AHandlerNeverRunsOnTheStackOfARegisterAccess),
        new(nameof(T2_AHandlerThatThrowsIsReportedAndMasked), T2_AHandlerThatThrowsIsReportedAndMasked),
        new(nameof(Port_AnInterruptCanBeAwaited), Port_AnInterruptCanBeAwaited),
        new(nameof(Port_AWaitForAnInterruptCanBeCancelled), Port_AWaitForAnInterruptCanBeCancelled),
        new(nameof(Port_DisposalOfAHandlerReturnsAfterItsLastRun), Port_DisposalOfAHandlerReturnsAfterItsLastRun),
    ];

    private static async Task Port_AFunctionIsOpenedByOne(DeviceHand hand)
    {
        string address = hand.Function.Info.Address;
        await Expect.ThrowsAsync<DmaException>(async () => await hand.Function.Platform.OpenAsync(address).ConfigureAwait(false), "a second open").ConfigureAwait(false);
        await Expect.ThrowsAsync<DmaException>(async () => await hand.Function.Platform.OpenAsync("ffff:ff:1f.7").ConfigureAwait(false), "an open of nothing").ConfigureAwait(false);
    }

    private static Task Port_ConfigurationSpaceSaysWhoItIs(DeviceHand hand)
    {
        PciFunction function = hand.Function;
        Expect.Equal(function.Info.VendorId, function.Config.Read16(0), "vendor id");
        Expect.Equal(function.Info.DeviceId, function.Config.Read16(2), "device id");
        Expect.Equal(function.Info.ClassCode, (int)(function.Config.Read32(8) >> 8), "class code");
        Expect.Equal(((uint)function.Info.DeviceId << 16) | function.Info.VendorId, function.Config.Read32(0), "both ids as one word");
        Expect.Throws<ArgumentOutOfRangeException>(() => function.Config.Read32(function.Config.Length - 2), "a read past the end");
        Expect.Throws<ArgumentOutOfRangeException>(() => function.Config.Read16(1), "an unaligned read");
        return Task.CompletedTask;
    }

    private static Task Port_ARegisterAccessOutsideTheWindowThrows(DeviceHand hand)
    {
        RegisterWindow registers = hand.Registers;
        Expect.Throws<ArgumentOutOfRangeException>(() => registers.Read32(registers.Length), "a read past the end");
        Expect.Throws<ArgumentOutOfRangeException>(() => registers.Read32(-4), "a read before the start");
        Expect.Throws<ArgumentOutOfRangeException>(() => registers.Write32(registers.Length - 2, 0), "a write across the end");
        Expect.Throws<ArgumentOutOfRangeException>(() => registers.Write32(2, 0), "an unaligned write");
        Expect.Throws<ArgumentOutOfRangeException>(() => hand.Function.MapBar(6), "a seventh base address register");
        return Task.CompletedTask;
    }

    private static async Task Port_BusMasteringIsOffAtFirst(DeviceHand hand)
    {
        Expect.True(!hand.Function.BusMaster, "bus mastering is on before anybody asked for it");
        DmaAdapter dma = hand.Function.CreateAdapter(hand.Constraints);
        await using (dma.ConfigureAwait(false))
        {
            using CommonBuffer buffer = dma.AllocateCommonBuffer(8192);
            buffer.Span(0, 64).Fill(0x5A);
            await hand.CopyAsync(buffer.LogicalAddress, buffer.LogicalAt(4096), 64).ConfigureAwait(false);
            Expect.True(!buffer.Span(4096, 64).Contains((byte)0x5A), "the device wrote memory while bus mastering was off");
            hand.Function.BusMaster = true;
            await hand.CopyAsync(buffer.LogicalAddress, buffer.LogicalAt(4096), 64).ConfigureAwait(false);
            Expect.SameBytes(buffer.Span(0, 64), buffer.Span(4096, 64), "what the device copied with bus mastering on");
            dma.DeclareQuiet();
        }
    }

    private static async Task T2_AHandlerRunsInCallbackContext(DeviceHand hand)
    {
        hand.Function.BusMaster = true;
        var seen = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        InterruptRegistration registration = hand.Function.Interrupts[0].Handle((in CallbackContext _) =>
        {
            bool mine = hand.AcknowledgeInterrupt();
            if (mine) seen.TrySetResult(CallbackContext.IsCurrent);
            return mine;
        });
        hand.RaiseInterrupt();
        Expect.True(await seen.Task.ConfigureAwait(false), "the handler was not in callback context");
        Expect.True(!CallbackContext.IsCurrent, "callback context leaked out of the handler");
        await registration.DisposeAsync().ConfigureAwait(false);
    }

    private static async Task T2_AHandlerNeverRunsOnTheStackOfARegisterAccess(DeviceHand hand)
    {
        hand.Function.BusMaster = true;
        var seen = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var accessing = new ThreadLocal<bool>();
        InterruptRegistration registration = hand.Function.Interrupts[0].Handle((in CallbackContext _) =>
        {
            bool inside = accessing.Value;
            bool mine = hand.AcknowledgeInterrupt();
            if (mine) seen.TrySetResult(inside ? "inside" : "outside");
            return mine;
        });
        accessing.Value = true;
        hand.RaiseInterrupt();
        accessing.Value = false;
        Expect.Equal("outside", await seen.Task.ConfigureAwait(false), "where the handler ran");
        await registration.DisposeAsync().ConfigureAwait(false);
    }

    private static async Task T2_AHandlerThatThrowsIsReportedAndMasked(DeviceHand hand)
    {
        hand.Function.BusMaster = true;
        var reported = new TaskCompletionSource<MisuseReport>(TaskCreationOptions.RunContinuationsAsynchronously);
        int runs = 0;
        hand.Function.Platform.Misuse.Reported += report => reported.TrySetResult(report);
        InterruptRegistration registration = hand.Function.Interrupts[0].Handle((in CallbackContext _) =>
        {
            Interlocked.Increment(ref runs);
            throw new InvalidOperationException("a bug in the handler");
        });
        hand.RaiseInterrupt();
        MisuseReport report = await reported.Task.ConfigureAwait(false);
        Expect.Equal("handler-threw", report.Rule, "the rule of the report");
        Expect.True(report.Cause is InvalidOperationException, "the report lacks the exception");
        hand.RaiseInterrupt();
        Expect.Equal(1, Now(ref runs), "runs of a handler that threw and was masked");
        hand.AcknowledgeInterrupt();
        await registration.DisposeAsync().ConfigureAwait(false);
    }

    private static async Task Port_AnInterruptCanBeAwaited(DeviceHand hand)
    {
        hand.Function.BusMaster = true;
        for (int i = 0; i < 3; i++)
        {
            ValueTask raised = hand.Function.Interrupts[0].WaitAsync();
            hand.RaiseInterrupt();
            await raised.ConfigureAwait(false);
            Expect.True(hand.AcknowledgeInterrupt(), "the wait ended although the device had raised nothing");
        }

        Expect.Equal(0, hand.Function.Platform.Misuse.Reports.Count, "misuse reports");
    }

    private static async Task Port_AWaitForAnInterruptCanBeCancelled(DeviceHand hand)
    {
        hand.Function.BusMaster = true;
        using var stop = new CancellationTokenSource();
        Task waiting = hand.Function.Interrupts[0].WaitAsync(stop.Token).AsTask();
        await stop.CancelAsync().ConfigureAwait(false);
        await Expect.ThrowsAsync<OperationCanceledException>(() => waiting, "a cancelled wait").ConfigureAwait(false);
        ValueTask raised = hand.Function.Interrupts[0].WaitAsync();
        hand.RaiseInterrupt();
        await raised.ConfigureAwait(false);
        Expect.True(hand.AcknowledgeInterrupt(), "the wait after a cancelled one ended early");
    }

    private static async Task Port_DisposalOfAHandlerReturnsAfterItsLastRun(DeviceHand hand)
    {
        hand.Function.BusMaster = true;
        int runs = 0;
        var ran = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        InterruptRegistration registration = hand.Function.Interrupts[0].Handle((in CallbackContext _) =>
        {
            if (!hand.AcknowledgeInterrupt()) return false;
            Interlocked.Increment(ref runs);
            ran.TrySetResult();
            return true;
        });
        hand.RaiseInterrupt();
        await ran.Task.ConfigureAwait(false);
        await registration.DisposeAsync().ConfigureAwait(false);
        int after = Now(ref runs);
        hand.RaiseInterrupt();
        Expect.Equal(after, Now(ref runs), "runs of a handler that was disposed");
        hand.AcknowledgeInterrupt();
    }

    private static int Now(ref int value) => Interlocked.CompareExchange(ref value, 0, 0);
}
