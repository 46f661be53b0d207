using System.Buffers.Binary;

namespace ClusterCast.Media.Cmaf;

/// <summary>Reads init segments and parts strictly: one avc1 track, at most one mp4a track, parts that are moof and mdat pairs of one
/// track each. Memory is bounded by the input: at most 16 bytes are held for a byte that announces a sample.</summary>
public static class CmafParser
{
    /// <summary>Most samples in a chunk.</summary>
    public const int MaxSamples = 4096;

    /// <summary>Reads an init segment.</summary>
    /// <exception cref="MediaException">The bytes are not one.</exception>
    public static CmafInit ParseInit(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > CmafTracks.MaxInitBytes) throw Malformed($"the init segment is larger than {CmafTracks.MaxInitBytes} bytes");
        var tracks = new List<CmafTrack>();
        var extended = new HashSet<int>();
        var (video, audio) = (Array.Empty<byte>(), Array.Empty<byte>());
        bool brands = false, movie = false;
        for (var box = new BoxReader(bytes); box.Next();)
        {
            if (box.Type == FourCc.Ftyp) brands = true;
            if (box.Type != FourCc.Moov) continue;
            if (movie) throw Malformed("there are two moov boxes");
            movie = true;
            for (var inner = new BoxReader(box.Body); inner.Next();)
            {
                if (inner.Type == FourCc.Trak)
                {
                    tracks.Add(TrackParser.Parse(inner.Body, out var configuration));
                    if (tracks[^1].IsVideo) video = configuration.ToArray();
                    else audio = configuration.ToArray();
                }
                if (inner.Type == FourCc.Mvex) Extends(inner.Body, extended);
                if (tracks.Count > 2) throw Malformed("there are more than two tracks");
            }
        }
        if (!brands || !movie) throw Malformed("ftyp or moov is missing");
        if (tracks.Count(track => track.IsVideo) != 1 || tracks.DistinctBy(track => track.Id).Count() != tracks.Count)
            throw Malformed("there is not one video and at most one audio track");
        return tracks.All(track => extended.Contains(track.Id)) 
            ? new CmafInit(tracks) { VideoConfiguration = video, AudioConfiguration = audio }
            : throw Malformed("a track has no trex box");
    }

    /// <summary>Reads a part, or several joined ones.</summary>
    /// <exception cref="MediaException">The bytes are no parts of this init segment.</exception>
    public static IReadOnlyList<CmafParsedChunk> ParsePart(ReadOnlySpan<byte> bytes, CmafInit init)
    {
        var chunks = new List<CmafParsedChunk>();
        for (var box = new BoxReader(bytes); ;)
        {
            var start = box.Position;
            if (!box.Next()) return chunks;
            if (box.Type != FourCc.Moof) throw Malformed($"box '{FourCc.Text(box.Type)}' stands where moof must");
            var moof = box.Body;
            if (!box.Next() || box.Type != FourCc.Mdat) throw Malformed("moof is not followed by mdat");
            var dataStart = box.Position - box.Body.Length;
            chunks.Add(FragmentParser.Parse(moof, init, start, dataStart, box.Body.Length));
        }
    }

    internal static MediaException Malformed(string what) => new(MediaFault.Malformed, $"The CMAF bytes are broken: {what}; another relay may have good ones.");

    private static void Extends(ReadOnlySpan<byte> mvex, HashSet<int> ids)
    {
        for (var box = new BoxReader(mvex); box.Next();)
            if (box.Type == FourCc.Trex) ids.Add((int)BoxReader.UInt32(box.FullBody(out _, out _), 0, box.Type));
    }
}
