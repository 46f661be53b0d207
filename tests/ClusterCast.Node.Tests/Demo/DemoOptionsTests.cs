using ClusterCast.Node.Demo;
using ClusterCast.Node.Hosting;
using ClusterCast.Node.Tests.Support;

namespace ClusterCast.Node.Tests.Demo;

public sealed class DemoOptionsTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly string _clip;

    public DemoOptionsTests() => _clip = _folder.Write("clip.mp4", "");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void All_flags_arrive()
    {
        var options = Read(
            ("demo:headless", "true"), ("demo:duration", "15.5"), ("demo:report", "r.json"), ("demo:screenshot", "s.png"), ("demo:keep", "kept"), ("demo:misbehave", "Stall"), ("demo:port", "0"));

        Assert.Equal(TimeSpan.FromSeconds(15.5), options.Duration);
        Assert.True(options.Headless);
        Assert.Equal(("r.json", "s.png", "kept"), (options.Report, options.Screenshot, options.Keep));
        Assert.Equal(Misbehaviour.Stall, options.Misbehave);
        Assert.Equal(_clip, options.Clip);
        Assert.Equal(0, options.Port);
    }

    [Fact]
    public void Without_flags_it_runs_until_it_is_stopped_at_the_usual_port()
    {
        var options = Read();

        Assert.Null(options.Duration);
        Assert.False(options.Headless);
        Assert.Equal(Misbehaviour.None, options.Misbehave);
        Assert.Equal(8080, options.Port);
    }

    [Fact]
    public void A_headless_run_lasts_half_a_minute_unless_told() => Assert.Equal(TimeSpan.FromSeconds(30), Read(("demo:headless", "true")).Duration);

    [Fact]
    public void The_source_rtmp_waits_for_a_publisher() => Assert.Null(Read(("demo:source", "rtmp")).Clip);

    [Fact]
    public void A_clip_that_is_not_there_is_named()
    {
        var clip = _folder.File("none.mp4");

        Sentence.Refused(ExitCode.Data, () => Read(("demo:source", clip)), clip, "not there");
    }

    [Theory]
    [InlineData("lie")]
    [InlineData("1")]
    [InlineData("99")]
    [InlineData("corrupt, stall")]
    public void An_unknown_misbehaviour_is_refused_with_the_list(string mode) =>
        Sentence.Refused(ExitCode.Usage, () => Read(("demo:misbehave", mode)), $"'{mode}'", "corrupt, stall, crash or receipt");

    [Theory]
    [InlineData("demo:report")]
    [InlineData("demo:screenshot")]
    public void What_only_the_own_browser_can_give_needs_headless(string key) => Sentence.Refused(ExitCode.Usage, () => Read((key, "file")), "--headless");

    [Theory]
    [InlineData("0")]
    [InlineData("4.9")]
    public void A_headless_run_that_is_too_short_to_judge_is_refused(string duration) =>
        Sentence.Refused(ExitCode.Usage, () => Read(("demo:headless", "true"), ("demo:duration", duration)), "at least 5 s", "--duration");

    [Theory]
    [InlineData("demo:duration", "soon")]
    [InlineData("demo:port", "65536")]
    [InlineData("demo:port", "-1")]
    [InlineData("demo:headless", "perhaps")]
    public void A_malformed_value_is_refused_by_name(string key, string value) => Sentence.Refused(ExitCode.Usage, () => Read((key, value)), $"'{key}'", $"'{value}'");

    [Fact]
    public void The_tariff_shows_several_wins_in_half_a_minute()
    {
        // 1.5 Mb/s for 30 s at $0.001 per MB, against a face value.
        const ulong Bytes = 1_500_000 / 8 * 30;
        var expected = DemoOptions.Price * Bytes / 1_000_000_000.0 / DemoOptions.FaceValue;

        Assert.InRange(expected, 8, 40);
    }

    private DemoOptions Read(params (string Key, string Value)[] flags) =>
        DemoOptions.From(Given.Settings([.. flags.Any(flag => flag.Key == "demo:source") ? flags : [.. flags, ("demo:source", _clip)]]));
}
