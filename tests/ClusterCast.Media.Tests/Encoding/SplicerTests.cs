using ClusterCast.Media.Encoding;
using ClusterCast.Media.Ingest;
using ClusterCast.Media.Tests.Support;
using FsCheck;
using FsCheck.Fluent;

namespace ClusterCast.Media.Tests.Encoding;

public sealed class SplicerTests
{
    private const int FrameMs = 40;
    private const int Gop = 10;
    private static readonly AvcConfig Small = AvcConfig.Parse(Samples.AvcRecord);
    private static readonly object First = new();
    private static readonly object Second = new();
    private static readonly AvcConfig Large = AvcConfig.Parse(Samples.AvcCropped);

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 3)] // the next one is three frames behind
    [InlineData(3, 0)]
    [InlineData(0, 25)]
    [InlineData(25, 0)]
    public void It_goes_over_at_an_IDR_frame_without_a_gap(int currentDelay, int nextDelay)
    {
        var published = Run(100, currentDelay, nextDelay, switchAt: 33);
        var pictures = published.Where(p => p.Ms >= 0).ToList();
        Assert.Equal(Enumerable.Range(0, pictures.Count).Select(i => i * FrameMs), pictures.Select(p => p.Ms));
        var first = pictures.FindIndex(p => p.From == 'B');
        Assert.True(first > 0, "It never went over.");
        Assert.Equal(0, first % Gop);
        Assert.All(pictures.Skip(first), p => Assert.Equal('B', p.From));
        Assert.InRange(first, 33 - currentDelay, 33 + 2 * Gop + nextDelay);
        Assert.Equal("AB", string.Concat(published.Where(p => p.Ms < 0).Select(p => p.From)));
    }

    [Fact]
    public void Whatever_the_delays_every_picture_is_published_once_and_in_order() => Properties.Hold(
        from current in Gen.Choose(0, 30)
        from next in Gen.Choose(0, 30)
        from at in Gen.Choose(1, 80)
        select (current, next, at), given =>
        {
            var times = Run(150, given.current, given.next, given.at).Where(p => p.Ms >= 0).Select(p => p.Ms).ToList();
            return times.SequenceEqual(Enumerable.Range(0, times.Count).Select(i => i * FrameMs)) && times.Count >= 150 - Math.Max(given.current, given.next);
        });

    [Fact]
    public void When_the_current_one_has_died_the_other_one_takes_over()
    {
        var published = new List<MediaSample>();
        using var splicer = new Splicer(item => { if (item is MediaSample sample) published.Add(sample); });
        splicer.Switch("A");
        splicer.Take("A", Small);
        splicer.Take("A", Samples.Video(0, true));
        splicer.Switch("B");
        splicer.Take("B", Large);
        for (var i = 0; i <= Splicer.MostHeld + 1; i++) splicer.Take("B", Samples.Video(400 + i * FrameMs, i % Gop == 0));
        Assert.Equal("B", splicer.Current);
        Assert.Equal(Splicer.MostHeld + 3, published.Count);
    }

    [Fact]
    public void Sound_is_not_given_twice()
    {
        var sound = new List<uint>();
        using var splicer = new Splicer(item => { if (item is MediaSample { Kind: MediaKind.Audio } sample) sound.Add(sample.DtsMs); });
        splicer.Switch("A");
        for (var i = 0; i < 60; i++)
        {
            if (i == 15) splicer.Switch("B");
            foreach (var source in (string[])["A", "B"])
            {
                splicer.Take(source, Samples.Video(i * FrameMs, i % Gop == 0));
                splicer.Take(source, Samples.Audio(i * FrameMs));
                splicer.Take(source, Samples.Audio(i * FrameMs + 20));
            }
        }
        Assert.Equal(Enumerable.Range(0, 120).Select(i => (uint)(i * 20)), sound);
    }

    /// <summary>What was published: which encoding, and the time of a picture; -1 stands for a configuration.</summary>
    private static List<(char From, int Ms)> Run(int frames, int currentDelay, int nextDelay, int switchAt)
    {
        var published = new List<(char, int)>();
        using var splicer = new Splicer(item => published.Add(item switch
        {
            AvcConfig config => (config.Equals(Small) ? 'A' : 'B', -1),
            MediaSample sample => (sample.Data.Length == 104 ? 'A' : 'B', (int)sample.DtsMs),
            _ => throw new InvalidOperationException(),
        }));
        splicer.Switch(First);
        splicer.Take(First, Small);
        for (var i = 0; i < frames; i++)
        {
            if (i == switchAt)
            {
                splicer.Switch(Second);
                splicer.Take(Second, Large);
            }
            Give(splicer, First, i - currentDelay, 100);
            Give(splicer, Second, i - nextDelay, 50);
        }
        return published;
    }

    private static void Give(Splicer splicer, object source, int frame, int size)
    {
        if (frame < 0) return;
        using var picture = Samples.Video(frame * FrameMs, frame % Gop == 0, size);
        splicer.Take(source, picture);
    }
}
