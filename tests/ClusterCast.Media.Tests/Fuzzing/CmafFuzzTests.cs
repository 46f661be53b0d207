using ClusterCast.Media.Cmaf;
using ClusterCast.Media.Hls;
using ClusterCast.Media.Ingest;
using ClusterCast.Media.Tests.Support;

namespace ClusterCast.Media.Tests.Fuzzing;

public sealed class CmafFuzzTests
{
    private static readonly byte[] Init = CmafInitWriter.Write(AvcConfig.Parse(Samples.AvcRecord), AacConfig.Parse(Samples.AacStereo48));

    [Fact]
    public void Init_segments() => Fuzz.Run([Init], bytes => CmafParser.ParseInit(bytes));

    [Fact]
    public void Parts()
    {
        var init = CmafParser.ParseInit(Init);
        Fuzz.Run([Part()], bytes =>
        {
            foreach (var chunk in CmafParser.ParsePart(bytes, init))
            {
                Assert.InRange(chunk.Samples.Count, 1, CmafParser.MaxSamples);
                Assert.All(chunk.Samples, sample => Assert.True(sample.Offset >= 0 && sample.Size >= 0 && sample.Offset + sample.Size <= bytes.Length));
            }
        });
    }

    [Fact]
    public void Hls_windows_of_parts() => Fuzz.Run([Part()], bytes =>
    {
        var window = new HlsWindow(3);
        window.AddInit(Init);
        for (var n = 0; n < 5; n++) window.AddPart(bytes, n % 2 == 0);
        window.Playlist();
    });

    private static byte[] Part()
    {
        CmafChunk[] chunks =
        [
            new(CmafTracks.Video, 9000, [new CmafSample(Samples.Nal(true), 3000), new CmafSample(Samples.Nal(false), 3000, 3000), new CmafSample(Samples.Nal(false), 3000)], true),
            new(CmafTracks.Audio, 4800, [new CmafSample(new byte[20], 1024), new CmafSample(new byte[21], 1024)], true),
        ];
        var bytes = new byte[chunks.Sum(CmafChunkWriter.Measure)];
        var at = 0;
        foreach (var chunk in chunks) at += CmafChunkWriter.Write(bytes.AsSpan(at), chunk, 1);
        return bytes;
    }
}
