namespace ClusterCast.Media.Cmaf;

/// <summary>Four character codes as numbers.</summary>
internal static class FourCc
{
    public const uint Ftyp = 0x66747970, Moov = 0x6D6F6F76, Trak = 0x7472616B, Tkhd = 0x746B6864, Mdia = 0x6D646961, Mdhd = 0x6D646864,
        Hdlr = 0x68646C72, Minf = 0x6D696E66, Stbl = 0x7374626C, Stsd = 0x73747364, Mvex = 0x6D766578, Trex = 0x74726578,
        Moof = 0x6D6F6F66, Mfhd = 0x6D666864, Traf = 0x74726166, Tfhd = 0x74666864, Tfdt = 0x74666474, Trun = 0x7472756E, Mdat = 0x6D646174,
        Vide = 0x76696465, Soun = 0x736F756E, Avc1 = 0x61766331, Mp4a = 0x6D703461, AvcC = 0x61766343, Esds = 0x65736473;

    public static string Text(uint type) => string.Create(4, type, static (text, code) =>
    {
        for (var i = 0; i < 4; i++)
        {
            var character = (char)(code >> (24 - 8 * i) & 0xFF);
            text[i] = character is >= ' ' and <= '~' ? character : '?';
        }
    });
}
