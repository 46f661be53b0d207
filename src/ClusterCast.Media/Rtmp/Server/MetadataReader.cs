using ClusterCast.Media.Ingest;
using ClusterCast.Media.Rtmp.Amf;

namespace ClusterCast.Media.Rtmp.Server;

/// <summary>Reads <c>onMetaData</c>, with or without <c>@setDataFrame</c> before it; other data messages give null.</summary>
internal static class MetadataReader
{
    public static StreamMetadata? Read(ReadOnlySpan<byte> body)
    {
        var values = AmfReader.ReadAll(body);
        var at = values.FindIndex(value => value is "onMetaData");
        if (at is < 0 or > 1 || at + 1 >= values.Count || values[at + 1] is not AmfObject map) return null;
        map.TryGetValue("audiocodecid", out var audio);
        var rate = map.Get<double>("framerate");
        var encoder = map.Get<string>("encoder");
        return new StreamMetadata
        {
            HasAudio = audio switch { double id => id != 0, string name => name.Length > 0, _ => map.ContainsKey("videocodecid") ? false : null },
            FrameRate = rate is >= 1 and <= 240 ? rate : null,
            Encoder = encoder is { Length: > 128 } ? encoder[..128] : encoder,
        };
    }
}
