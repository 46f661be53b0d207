using System.Net;
using ClusterCast.Media.Rtmp.Server;
using ClusterCast.Media.Segmenting;

namespace ClusterCast.Media.Tests.Support;

/// <summary>What comes out when ffmpeg publishes a test picture to a server of ours.</summary>
public static class Recording
{
    public static RtmpServer Server(PublishKeyCheck? check = null, TimeProvider? time = null)
    {
        var server = new RtmpServer(new RtmpServerOptions
        {
            EndPoint = new IPEndPoint(IPAddress.Loopback, 0),
            PublishKeyCheck = check ?? PublishKey.Single("secret"),
            TimeProvider = time ?? TimeProvider.System,
        });
        server.Start();
        return server;
    }

    public static async Task<List<MediaEvent>> PartsAsync(double seconds, string video = "-c:v libx264 -preset ultrafast -g 60 -keyint_min 60 -sc_threshold 0 -bf 0", string audio = "-c:a aac -b:a 64k")
    {
        using var limit = new CancellationTokenSource(Ffmpeg.Limit);
        await using var server = Server();
        await using var publisher = Ffmpeg.Publish($"rtmp://{server.EndPoint}/live/secret", seconds, video, audio);
        var publication = await server.Publications.ReadAsync(limit.Token);
        var events = new List<MediaEvent>();
        using var segmenter = new PartSegmenter();
        await foreach (var ready in publication.ReadPartsAsync(segmenter, limit.Token)) events.Add(ready);
        Assert.Equal(0, await publisher.WaitAsync(limit.Token));
        Assert.Null(await publication.Ended);
        return events;
    }
}
