using ClusterCast.Media.Rtmp.Chunks;

namespace ClusterCast.Media.Ingest;

/// <summary>Turns the bodies of FLV video and audio tags (Adobe FLV 10.1, E.4.2 and E.4.3) into items. Samples before their
/// configuration, repeated configurations and empty tags give nothing.</summary>
public sealed class FlvDemuxer
{
    private AvcConfig? _avc;
    private AacConfig? _aac;

    /// <summary>Takes over the message and returns what it holds, if anything.</summary>
    /// <exception cref="MediaException">The tag is broken or of a codec that is not carried; the message is disposed of.</exception>
    public MediaItem? Read(RtmpMessage message, long arrivalMs)
    {
        MediaItem? item = null;
        try
        {
            return item = message.Type == RtmpMessageType.Video ? Video(message, arrivalMs) : Audio(message, arrivalMs);
        }
        finally
        {
            if (item is not MediaSample) message.Dispose();
        }
    }

    private MediaItem? Video(RtmpMessage message, long arrivalMs)
    {
        var tag = message.Payload.Memory.Span;
        if (tag.Length < 2) return null;
        if ((tag[0] & 0x80) != 0) throw FlvCodecs.RefuseVideo(tag[1..]);
        if (tag[0] >> 4 == 5) return null; // a command for the player, no picture
        if ((tag[0] & 0x0F) != FlvCodecs.Avc) throw FlvCodecs.RefuseVideo(tag[0] & 0x0F);
        if (tag.Length < 5) throw Malformed("a video tag is cut off");
        switch (tag[1])
        {
            case 0:
                var config = AvcConfig.Parse(tag[5..]);
                if (config.Equals(_avc)) return null;
                return _avc = config;
            case 1 when _avc is not null && tag.Length > 5:
                var composition = (tag[2] << 16 | tag[3] << 8 | tag[4]) << 8 >> 8;
                return new MediaSample(MediaKind.Video, message.Payload, 5, message.Timestamp, composition, HasIdr(tag[5..], _avc.NalLengthSize), arrivalMs);
            default: return null;
        }
    }

    private MediaItem? Audio(RtmpMessage message, long arrivalMs)
    {
        var tag = message.Payload.Memory.Span;
        if (tag.Length < 2) return null;
        var codec = tag[0] >> 4;
        if (codec == 9) throw FlvCodecs.RefuseAudio(tag[1..]);
        if (codec != FlvCodecs.Aac) throw FlvCodecs.RefuseAudio(codec);
        switch (tag[1])
        {
            case 0:
                var config = AacConfig.Parse(tag[2..]);
                if (config.Equals(_aac)) return null;
                return _aac = config;
            case 1 when _aac is not null && tag.Length > 2:
                return new MediaSample(MediaKind.Audio, message.Payload, 2, message.Timestamp, 0, true, arrivalMs);
            default: return null;
        }
    }

    /// <summary>Walks all NAL units, since a player stops at a broken one, and looks for a coded slice of an IDR picture (type 5).</summary>
    private static bool HasIdr(ReadOnlySpan<byte> nals, int lengthSize)
    {
        var idr = false;
        while (!nals.IsEmpty)
        {
            if (nals.Length < lengthSize) throw Malformed("a picture is cut off");
            uint length = 0;
            for (var i = 0; i < lengthSize; i++) length = length << 8 | nals[i];
            nals = nals[lengthSize..];
            if (length > nals.Length) throw Malformed("a picture is cut off");
            if (length > 0) idr |= (nals[0] & 0x1F) == 5;
            nals = nals[(int)length..];
        }
        return idr;
    }

    private static MediaException Malformed(string what) => new(MediaFault.Malformed, $"The RTMP media is broken: {what}; restart the encoder.");
}
