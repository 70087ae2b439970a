using DmaKit.Formats;
using DmaKit.Testing;

namespace DmaKit.Cli.Tests;

/// <summary>Readers and clients with planted defects: the fuzzer finds each of them, and its replay finds it again.</summary>
public sealed class FuzzTwinTests
{
    [Theory]
    [InlineData((int)CaptureDefect.TrustsLength, "bytes were allocated for an input of")]
    [InlineData((int)CaptureDefect.Loops, "steps of work, without an end")]
    [InlineData((int)CaptureDefect.Overruns, "EndOfStreamException was thrown")]
    public void Twin_a_capture_reader_that_believes_is_found(int defect, string what)
    {
        // The samples that the twin can read are few, and their packets have no fractions of a second.
        byte[] sample = [.. FuzzCorpus.Of("pcap").Single(s => s.Name == "micro-le.pcap").Bytes.AsSpan(0, 24), 1, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 4, 0, 0, 0, 1, 2, 3, 4];
        var messages = new List<string>();
        Found(() => new NarrowCaptureTarget(sample, (CaptureDefect)defect), messages, what);
    }

    [Fact]
    public void Twin_a_wav_reader_that_reads_behind_its_samples_is_found() =>
        Found(() => new WavTarget((stream, piped) => new GreedyWav(WavReader.Open(stream, leaveOpen: true, piped), stream)), [], "");

    [Theory]
    [InlineData((int)ClientDefect.CutsHalfLines, "")]
    [InlineData((int)ClientDefect.TakesInterruptsForAnswers, "")]
    [InlineData((int)ClientDefect.LetsExceptionsOut, "FormatException was thrown")]
    public void Twin_a_client_that_takes_qemu_at_its_word_is_found(int defect, string what) =>
        Found(() => new QtestTarget((sent, changed) => new TrustingClient((ClientDefect)defect) { Sent = sent, LineChanged = changed }), [], what);

    [Theory]
    [InlineData((int)ModelDefect.NeverRests, "without an end")]
    [InlineData((int)ModelDefect.FollowsLinks, "without an end")]
    [InlineData((int)ModelDefect.TrustsIndex, "the model threw IndexOutOfRangeException")]
    [InlineData((int)ModelDefect.TrustsLength, "bytes were allocated for an input of")]
    [InlineData((int)ModelDefect.ForgetsToReset, "after a reset, and 0x0 after power-on")]
    public void Twin_a_model_that_takes_its_driver_at_its_word_is_found(int defect, string what) =>
        Found(() => new RegistersTarget([() => new ModelUnderTest(new TrustingModel((ModelDefect)defect))]), [], what);

    /// <summary>Goes through inputs, other defects of the twin left aside, until one fails as expected; then has that one again on a fresh target.</summary>
    private static void Found(Func<FuzzTarget> open, List<string> messages, string what)
    {
        using FuzzTarget target = open();
        var run = new FuzzRun(target, 1);
        FuzzFailure? found = null;
        for (int i = 0; i < 100_000 && found is null; i++)
        {
            if (run.Replay(FuzzRandom.At(1, i)) is not { } failure) continue;
            messages.Add(failure.Message);
            if (failure.Message.Contains(what, StringComparison.Ordinal)) found = failure;
        }

        Assert.True(found is not null, $"not found: '{what}', but: {string.Join('\n', messages.Distinct().Take(20))}");
        using FuzzTarget fresh = open();
        for (int i = 0; i < 3; i++)
        {
            FuzzFailure? again = new FuzzRun(fresh, 99).Replay(found.InputSeed);
            Assert.Contains(what, again?.Message, StringComparison.Ordinal);
            Assert.Equal(found.Input.ToArray(), again!.Input.ToArray());
        }
    }

    /// <summary>The capture target with one sample and the twin in the reader's place.</summary>
    private sealed class NarrowCaptureTarget(byte[] sample, CaptureDefect defect) : FuzzTarget
    {
        private readonly CaptureTarget _inner = new(stream => TrustingCapture.Open(stream, defect));

        public override string Name => "pcap";

        public override IReadOnlyList<byte[]> Corpus => [sample];

        public override long AllowedAllocation(int length) => _inner.AllowedAllocation(length);

        public override long AllowedSteps(int length) => _inner.AllowedSteps(length);

        public override void Map(ReadOnlySpan<byte> sample, FuzzMap map) => _inner.Map(sample, map);

        public override FuzzOutcome Run(ReadOnlyMemory<byte> input)
        {
            _inner.Begin(input.Length);
            return _inner.Run(input);
        }
    }

    /// <summary>Takes the chunks behind the samples for samples.</summary>
    private sealed class GreedyWav(WavReader reader, Stream stream) : WavUnderTest
    {
        internal override WavFormat Format => reader.Format;

        internal override long? Frames => reader.Frames;

        internal override int Read(Span<byte> frames) => stream.ReadAtLeast(frames[..(frames.Length / Format.FrameBytes * Format.FrameBytes)], 1, throwOnEndOfStream: false) / Format.FrameBytes * Format.FrameBytes;

        internal override void Seek(long frame) => reader.Seek(frame);
    }
}
