using System.Net.Sockets;
using ClusterCast.Media.Egress;
using ClusterCast.Media.Rtmp.Server;
using ClusterCast.Media.Tests.Support;

namespace ClusterCast.Media.Tests.Egress;

/// <summary>One destination fails in every way that a peer can; the one beside it loses no frame.</summary>
public sealed class IsolationTests : IAsyncDisposable
{
    private readonly CancellationTokenSource _limit = new(Ffmpeg.Limit);
    private readonly RtmpServer _good = Recording.Server(key => key == "good");
    private readonly EgressRig _rig = new();

    public async ValueTask DisposeAsync()
    {
        await _rig.DisposeAsync();
        await _good.DisposeAsync();
        _limit.Dispose();
    }

    [Fact]
    public async Task One_that_stops_reading_drops_to_the_next_IDR_and_is_left_when_it_stalls()
    {
        using var bad = new RawServer(receiveBuffer: 32 << 10);
        var (good, stalled) = await StartAsync(bad.Url + "key", options => options with { MaxQueueBytes = 1 << 20, StallTimeout = TimeSpan.FromSeconds(2) });
        using var first = await bad.AcceptPublisherAsync(_limit.Token);
        await _rig.HoldsAsync(() => stalled.State == DestinationState.AwaitingIdr);
        await _rig.PublishUntilAsync(() => stalled.Status().DroppedFrames > 100, size: 20_000);
        Assert.InRange(stalled.Status().QueueBytes, 0, 1 << 20);
        var pressure = stalled.Congestion;
        Assert.InRange(pressure.BlockedShare, 0.01, 1);
        Assert.NotEqual(TimeSpan.Zero, pressure.QueueAge);
        await _rig.PublishUntilAsync(() => _rig.Incidents.Any(incident => incident.Kind == IncidentKind.Stalled));
        Assert.Single(_rig.Incidents, incident => incident.Kind == IncidentKind.Dropped);
        using var second = await bad.AcceptPublisherAsync(_limit.Token); // it came back by itself
        await LosesNothingAsync(good);
    }

    [Fact]
    public async Task One_that_is_slow_for_a_while_shows_back_pressure_and_then_none()
    {
        using var bad = new RawServer(receiveBuffer: 32 << 10);
        var (good, slow) = await StartAsync(bad.Url + "key", options => options with { MaxQueueBytes = 64 << 20, MaxQueueAge = Ffmpeg.Limit, StallTimeout = Ffmpeg.Limit });
        using var socket = await bad.AcceptPublisherAsync(_limit.Token);
        await _rig.HoldsAsync(() => slow.State == DestinationState.AwaitingIdr);
        await _rig.PublishUntilAsync(() => slow.Congestion is { BlockedShare: > 0.5, QueueAge.TotalMilliseconds: > 200 }, size: 20_000);
        var reading = Task.Run(async () =>
        {
            var buffer = new byte[64 << 10];
            while (await socket.ReceiveAsync(buffer, _limit.Token) > 0) { }
        });
        await _rig.HoldsAsync(() => slow.Congestion is { BlockedShare: < 0.01, QueueAge.TotalMilliseconds: 0 });
        Assert.Equal((0L, _rig.Source.Frames), (slow.Status().DroppedFrames, (int)(slow.Status().SentFrames + slow.Status().MissedFrames)));
        await LosesNothingAsync(good);
        await _rig.Feed.RemoveAsync("bad");
        await reading;
    }

    [Fact]
    public async Task One_that_resets_is_connected_to_anew()
    {
        using var bad = new RawServer();
        var (good, reset) = await StartAsync(bad.Url + "key", options => options with { Backoff = EgressRig.Quick with { Proven = TimeSpan.Zero } });
        for (var round = 1; round <= 3; round++)
        {
            var socket = await bad.AcceptPublisherAsync(_limit.Token);
            await _rig.PublishUntilAsync(() => reset.State == DestinationState.Live);
            socket.LingerState = new LingerOption(true, 0); // RST
            socket.Dispose();
            await _rig.PublishUntilAsync(() => reset.Status().Losses == round);
        }
        await _rig.HoldsAsync(() => _rig.Incidents.Count(incident => incident is { Destination: "bad", Kind: IncidentKind.Lost, Fault: MediaFault.Disconnected }) == 3);
        Assert.Equal(1, _rig.Incidents.Count(incident => incident is { Destination: "bad", Kind: IncidentKind.Live }));
        Assert.Equal(2, _rig.Incidents.Count(incident => incident is { Destination: "bad", Kind: IncidentKind.Resumed }));
        await LosesNothingAsync(good);
    }

    [Fact]
    public async Task One_that_refuses_the_key_is_told_and_the_key_is_nowhere()
    {
        var (good, refused) = await StartAsync($"rtmp://{_good.EndPoint}/live/wrong-key-7f3a");
        await _rig.PublishUntilAsync(() => _good.Refused >= 2);
        await LosesNothingAsync(good);
        await _rig.HoldsAsync(() => _rig.Incidents.Any(told => told.Destination == "bad"));
        var incident = _rig.Incidents.First(told => told.Destination == "bad");
        Assert.Equal((IncidentKind.Refused, MediaFault.KeyRefused), (incident.Kind, incident.Fault));
        Assert.Contains("it does not take this key", incident.Message);
        Assert.Contains("/live/****", incident.Message);
        Assert.DoesNotContain("7f3a", _rig.Told() + refused.Options);
    }

    [Fact]
    public async Task One_where_nothing_listens_is_tried_again()
    {
        var bad = new RawServer();
        var url = bad.Url + "key";
        bad.Dispose();
        var (good, absent) = await StartAsync(url);
        await _rig.PublishUntilAsync(() => absent.Status().Attempts >= 3);
        await LosesNothingAsync(good);
        await _rig.HoldsAsync(() => _rig.Incidents.Any(incident => incident is { Destination: "bad", Kind: IncidentKind.ConnectFailed, Fault: MediaFault.ConnectFailed } && incident.Message.Contains("nothing listens")));
    }

    [Fact]
    public async Task One_that_sends_rubbish_is_left()
    {
        using var bad = new RawServer();
        var (good, rubbish) = await StartAsync(bad.Url + "key");
        using var socket = await bad.AcceptPublisherAsync(_limit.Token);
        await _rig.PublishUntilAsync(() => rubbish.State == DestinationState.Live);
        await socket.SendAsync(Enumerable.Repeat((byte)0xFF, 4096).ToArray());
        await _rig.PublishUntilAsync(() => _rig.Incidents.Any(incident => incident is { Destination: "bad", Fault: MediaFault.Malformed }));
        await LosesNothingAsync(good);
    }

    [Fact]
    public async Task One_that_never_answers_is_given_up_and_tried_again()
    {
        using var bad = new RawServer();
        var (good, silent) = await StartAsync(bad.Url + "key", options => options with { ConnectTimeout = TimeSpan.FromMilliseconds(300) });
        await _rig.PublishUntilAsync(() => silent.Status().Attempts >= 3);
        await _rig.HoldsAsync(() => _rig.Incidents.Any(incident => incident.Destination == "bad" && incident.Message.Contains("did not answer within 0.3 s (while greeting)")));
        await LosesNothingAsync(good);
    }

    private async Task<(Collector Good, Destination Bad)> StartAsync(string url, Func<DestinationOptions, DestinationOptions>? change = null)
    {
        _rig.Source.Configure();
        var good = _rig.Add("good", $"rtmp://{_good.EndPoint}/live/good", options => options with { MaxQueueBytes = 64 << 20, MaxQueueAge = Ffmpeg.Limit });
        var collector = new Collector(await _good.Publications.ReadAsync(_limit.Token));
        await _rig.HoldsAsync(() => good.State == DestinationState.AwaitingIdr);
        return (collector, _rig.Add("bad", url, change));
    }

    private async Task LosesNothingAsync(Collector good)
    {
        await _rig.HoldsAsync(() => good.Pictures.Length == _rig.Source.Frames);
        Assert.Equal(Enumerable.Range(0, _rig.Source.Frames), good.Pictures);
        Assert.Equal(1, _rig.Feed.Destinations.Single(destination => destination.Name == "good").Status().Attempts);
    }
}
