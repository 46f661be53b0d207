using ClusterCast.Media.Egress.Feed;
using ClusterCast.Media.Egress.Presets;
using ClusterCast.Media.Rtmp.Client;

namespace ClusterCast.Media.Egress.Sinks;

/// <summary>Opens the connection of a destination by the kind of its URL.</summary>
internal static class SinkFactory
{
    public static async Task<ISink> OpenAsync(DestinationOptions destination, OutputFeedOptions feed, CancellationToken cancel)
    {
        var url = destination.Url;
        if (url.Path is { } path) return FfmpegSink.OpenFile(url, path);
        if (url.Srt is { } srt) return FfmpegSink.OpenSrt(url, srt);
        return new RtmpSink(await RtmpPublisher.ConnectAsync(url.Rtmp!, new RtmpClientOptions
        {
            TimeProvider = feed.TimeProvider,
            Random = feed.Random,
            ConnectTimeout = destination.ConnectTimeout,
            FourCc = EnhancedBody.FourCc(feed.Format?.Codec ?? VideoCodec.Avc),
            TrustedRoots = destination.TrustedRoots,
        }, cancel));
    }
}
