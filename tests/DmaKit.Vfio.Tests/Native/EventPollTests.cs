using DmaKit.Vfio.Native;

namespace DmaKit.Vfio.Tests;

/// <summary>Event counters and the wait for them need no VFIO: any Linux has them.</summary>
public sealed class EventPollTests
{
    public EventPollTests() => Assert.SkipUnless(OperatingSystem.IsLinux(), "epoll is Linux's.");

    [Fact]
    public void The_tags_of_raised_counters_come_back_and_others_do_not()
    {
        using var poll = new EventPoll();
        using Descriptor one = Kernel.NewEvent(), two = Kernel.NewEvent(), three = Kernel.NewEvent();
        poll.Watch(one, 0x1122_3344_5566);
        poll.Watch(two, 7);
        poll.Watch(three, 8);
        EventPoll.Raise(one);
        EventPoll.Raise(one);
        EventPoll.Raise(three);
        Span<long> tags = stackalloc long[8];
        Assert.Equal(2, poll.Wait(tags));
        Assert.Equal([8, 0x1122_3344_5566], tags[..2].ToArray().Order());

        // Taken, however often it was raised.
        EventPoll.Take(one);
        Assert.Equal(1, poll.Wait(tags));
        Assert.Equal(8, tags[0]);
        poll.Forget(three);
        EventPoll.Raise(two);
        Assert.Equal(1, poll.Wait(tags));
        Assert.Equal(7, tags[0]);
    }

    [Fact]
    public async Task A_source_that_was_detached_hears_nothing_more()
    {
        var loop = new InterruptLoop();
        using Descriptor counter = Kernel.NewEvent();
        var source = new Source(counter);
        loop.Start();
        long tag = loop.Attach(counter, source);
        EventPoll.Raise(counter);
        await source.Heard.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        await loop.DrainAsync();
        loop.Detach(counter, tag);
        int before = source.Events;
        EventPoll.Raise(counter);
        await loop.DrainAsync();
        Assert.Equal(before, source.Events);
        await loop.StopAsync();
        loop.Dispose();
    }

    private sealed class Source(Descriptor counter) : IEventSource
    {
        private readonly SemaphoreSlim _heard = new(0);

        public SemaphoreSlim Heard => _heard;

        public int Events { get; private set; }

        public void OnEvent()
        {
            EventPoll.Take(counter);
            Events++;
            _heard.Release();
        }

        public void DeliverPending()
        {
        }
    }
}
