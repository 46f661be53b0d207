using System.Buffers.Binary;

namespace ClusterCast.Media.Cmaf;

/// <summary>Reads a trak box.</summary>
internal static class TrackParser
{
    private const int VisualEntryBytes = 78;
    private const int AudioEntryBytes = 28;

    /// <param name="trak">Body of the box.</param>
    /// <param name="configuration">What the decoder needs: the body of avcC, or the AudioSpecificConfig.</param>
    public static CmafTrack Parse(ReadOnlySpan<byte> trak, out ReadOnlySpan<byte> configuration)
    {
        uint id = 0, timescale = 0, handler = 0;
        ReadOnlySpan<byte> description = default;
        for (var box = new BoxReader(trak); box.Next();)
        {
            if (box.Type == FourCc.Tkhd)
            {
                var body = box.FullBody(out var version, out _);
                id = BoxReader.UInt32(body, version == 1 ? 16 : 8, box.Type);
            }
            if (box.Type != FourCc.Mdia) continue;
            for (var media = new BoxReader(box.Body); media.Next();)
                switch (media.Type)
                {
                    case FourCc.Mdhd:
                        var header = media.FullBody(out var version, out _);
                        timescale = BoxReader.UInt32(header, version == 1 ? 16 : 8, media.Type);
                        break;
                    case FourCc.Hdlr:
                        handler = BoxReader.UInt32(media.FullBody(out _, out _), 4, media.Type);
                        break;
                    case FourCc.Minf:
                        description = Description(media.Body);
                        break;
                }
        }
        if (id is 0 or > int.MaxValue || timescale is 0 or > 10_000_000) throw CmafParser.Malformed("a track has no id or no timescale");
        var entries = new BoxReader(description);
        if (!entries.Next()) throw CmafParser.Malformed("a track has no sample entry");
        configuration = default;
        return (handler, entries.Type) switch
        {
            (FourCc.Vide, FourCc.Avc1) => Video((int)id, (int)timescale, entries.Body, out configuration),
            (FourCc.Soun, FourCc.Mp4a) => Audio((int)id, (int)timescale, entries.Body, out configuration),
            _ => throw CmafParser.Malformed($"sample entry '{FourCc.Text(entries.Type)}' is not carried"),
        };
    }

    private static ReadOnlySpan<byte> Description(ReadOnlySpan<byte> minf)
    {
        for (var information = new BoxReader(minf); information.Next();)
        {
            if (information.Type != FourCc.Stbl) continue;
            for (var table = new BoxReader(information.Body); table.Next();)
                if (table.Type == FourCc.Stsd && table.FullBody(out _, out _) is { Length: > 4 } entries) return entries[4..]; // behind the entry count
        }
        return default;
    }

    private static CmafTrack Video(int id, int timescale, ReadOnlySpan<byte> entry, out ReadOnlySpan<byte> configuration)
    {
        BoxReader.Take(entry, 0, VisualEntryBytes, FourCc.Avc1);
        var width = BinaryPrimitives.ReadUInt16BigEndian(entry[24..]);
        var height = BinaryPrimitives.ReadUInt16BigEndian(entry[26..]);
        for (var box = new BoxReader(entry[VisualEntryBytes..]); box.Next();)
            if (box.Type == FourCc.AvcC)
            {
                configuration = box.Body;
                return new CmafTrack(id, true, timescale, $"avc1.{Convert.ToHexStringLower(BoxReader.Take(box.Body, 1, 3, box.Type))}", width, height, 0);
            }
        throw CmafParser.Malformed("avc1 has no avcC");
    }

    private static CmafTrack Audio(int id, int timescale, ReadOnlySpan<byte> entry, out ReadOnlySpan<byte> configuration)
    {
        BoxReader.Take(entry, 0, AudioEntryBytes, FourCc.Mp4a);
        var channels = BinaryPrimitives.ReadUInt16BigEndian(entry[16..]);
        for (var box = new BoxReader(entry[AudioEntryBytes..]); box.Next();)
            if (box.Type == FourCc.Esds)
            {
                configuration = DecoderSpecific(box.FullBody(out _, out _));
                return new CmafTrack(id, false, timescale, $"mp4a.40.{BoxReader.Take(configuration, 0, 1, FourCc.Esds)[0] >> 3}", 0, 0, channels);
            }
        throw CmafParser.Malformed("mp4a has no esds");
    }

    /// <summary>The body of the decoder specific descriptor (tag 5), which stands inside tags 3 and 4.</summary>
    private static ReadOnlySpan<byte> DecoderSpecific(ReadOnlySpan<byte> esds)
    {
        var rest = Enter(esds, 3, out _);
        rest = Enter(Behind(rest, 3), 4, out _);
        rest = Enter(Behind(rest, 13), 5, out var length);
        return BoxReader.Take(rest, 0, length, FourCc.Esds);
    }

    private static ReadOnlySpan<byte> Behind(ReadOnlySpan<byte> bytes, int count) =>
        count <= bytes.Length ? bytes[count..] : throw CmafParser.Malformed("esds is too short");

    private static ReadOnlySpan<byte> Enter(ReadOnlySpan<byte> from, int tag, out int length)
    {
        var at = 1;
        length = 0;
        if (from.IsEmpty || from[0] != tag) throw CmafParser.Malformed("esds is broken");
        for (var i = 0; i < 4; i++) // the length takes up to four bytes
        {
            var more = BoxReader.Take(from, at++, 1, FourCc.Esds)[0];
            length = length << 7 | more & 0x7F;
            if ((more & 0x80) == 0) break;
        }
        return from[at..];
    }
}
