using ClusterCast.Protocol.Wire;

namespace ClusterCast.Protocol.Tests.Wire;

/// <summary>Whatever a peer sends, reading ends with a message or a <see cref="WireException"/>, in memory bounded by the frame.</summary>
public sealed class WireFuzzTests
{
    [Fact]
    public void Random_bytes() => Fuzzing.Run(5_000, random => Read(random.Bytes(random.Next(300))));

    [Fact]
    public void Damaged_frames() => Fuzzing.Run(5_000, random => Read(random.Mutate(Messages.MakeFrame(random))));

    [Fact]
    public void Random_bodies_of_every_type() => Fuzzing.Run(2_000, random =>
    {
        var body = random.Bytes(random.Next(400));
        foreach (var type in Messages.Recoders.Keys)
        {
            ReadBody(type, body);
        }
    });

    [Fact]
    public void Every_input_of_the_corpus()
    {
        foreach (var (name, input) in Corpus.All)
        {
            var exception = Record.Exception(() => Read(input));
            Assert.True(exception is null, $"{name}: {exception}");
        }
    }

    [Fact]
    public void Neighbours_of_the_corpus()
    {
        var corpus = Corpus.All.Select(entry => entry.Input).ToArray();
        Fuzzing.Run(5_000, random => Read(random.Mutate(corpus[random.Next(corpus.Length)])));
    }

    [Fact]
    public void The_corpus_holds_what_is_taken_and_what_is_refused_of_every_message()
    {
        foreach (var type in Messages.Recoders.Keys)
        {
            var outcomes = Corpus.Of(type.ToString()).Select(input => Corpus.Outcome(input) == "taken").Distinct().ToList();
            Assert.True(outcomes.Count == 2, $"Corpus/{type} has {outcomes.Count} of 2 outcomes: run the tests once with CLUSTERCAST_WRITE_CORPUS=1.");
        }

        Assert.NotEmpty(Corpus.Of("Frames"));
    }

    internal static void Read(byte[] input)
    {
        var rest = input.AsSpan();
        try
        {
            while (Frame.TryRead(rest, out var type, out var header, out var length))
            {
                ReadBody(type, rest.Slice(header, length));
                rest = rest[(header + length)..];
            }
        }
        catch (WireException)
        {
            // The connection would be closed here.
        }
    }

    private static void ReadBody(FrameType type, ReadOnlySpan<byte> body)
    {
        if (!Messages.Recoders.TryGetValue(type, out var recode))
        {
            return;
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            var frame = recode(body);
            Assert.True(Frame.TryRead(frame, out var again, out var header, out var length));
            Assert.Equal(type, again);
            Assert.Equal(body, frame.AsSpan(header, length));
        }
        catch (WireException)
        {
            // A clear refusal.
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 20_000 + (40 * body.Length));
    }
}
