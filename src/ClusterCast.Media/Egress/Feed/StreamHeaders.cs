using ClusterCast.Media.Egress.Presets;
using ClusterCast.Media.Flv;
using ClusterCast.Media.Ingest;
using ClusterCast.Media.Rtmp.Amf;

namespace ClusterCast.Media.Egress.Feed;

/// <summary>What goes before media: <c>onMetaData</c> and the sequence headers. Immutable; each tag names the ones that it is decoded with, so a
/// destination that dropped or missed tags sends the right ones all the same.</summary>
internal sealed class StreamHeaders
{
    private StreamHeaders(MediaItem? video, AacConfig? audio, double? frameRate, OutputFormat? format)
    {
        (Video, Audio, FrameRate) = (video, audio, frameRate);
        VideoBody = video switch { AvcConfig avc => FlvBody.Sequence(avc), EnhancedConfig enhanced => EnhancedBody.Sequence(enhanced), _ => [] };
        AudioBody = audio is null ? [] : FlvBody.Sequence(audio);
        Metadata = Describe(format);
    }

    public static StreamHeaders None { get; } = new(null, null, null, null);

    /// <summary>An <see cref="AvcConfig"/> or an <see cref="EnhancedConfig"/>; null before the first.</summary>
    public MediaItem? Video { get; }

    public AacConfig? Audio { get; }

    public double? FrameRate { get; }

    /// <summary>Body of the video sequence header; empty without picture.</summary>
    public byte[] VideoBody { get; }

    /// <summary>Body of the audio sequence header; empty without sound.</summary>
    public byte[] AudioBody { get; }

    /// <summary>The map of <c>onMetaData</c>.</summary>
    public AmfObject Metadata { get; }

    /// <summary>With another picture configuration.</summary>
    public StreamHeaders WithVideo(MediaItem video, OutputFormat? format) => new(video, Audio, FrameRate, format);

    public StreamHeaders With(AacConfig audio, OutputFormat? format) => new(Video, audio, FrameRate, format);

    public StreamHeaders With(double frameRate, OutputFormat? format) => new(Video, Audio, frameRate, format);

    private AmfObject Describe(OutputFormat? format)
    {
        var map = new AmfObject { IsArray = true };
        if (Video is not null)
        {
            map["width"] = (double)((Video as AvcConfig)?.Width ?? format?.Width ?? 0);
            map["height"] = (double)((Video as AvcConfig)?.Height ?? format?.Height ?? 0);
            map["videocodecid"] = Video is EnhancedConfig enhanced ? EnhancedBody.CodecId(enhanced.Codec) : (double)FlvCodecs.Avc;
            if ((FrameRate ?? format?.FrameRate) is { } rate) map["framerate"] = rate;
            if (format is not null) map["videodatarate"] = (double)format.VideoKbps;
        }
        if (Audio is not null)
        {
            (map["audiocodecid"], map["audiosamplerate"], map["audiosamplesize"]) = ((double)FlvCodecs.Aac, (double)Audio.SampleRate, 16d);
            (map["audiochannels"], map["stereo"]) = ((double)Audio.Channels, Audio.Channels >= 2);
            if (format is not null) map["audiodatarate"] = (double)format.AudioKbps;
        }
        map["encoder"] = "ClusterCast";
        return map;
    }
}
