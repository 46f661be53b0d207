using ClusterCast.Media.Encoding;
using ClusterCast.Media.Stamps;
using ClusterCast.Media.Tests.Support;
using FsCheck.Fluent;

namespace ClusterCast.Media.Tests.Stamps;

public sealed class TimeCodeTests
{
    private const int Width = 854, Height = 480;

    [Fact]
    public void What_is_written_is_read() => Properties.Hold(Gen.Choose(int.MinValue, int.MaxValue), value =>
    {
        var frame = Frame(1);
        TimeCode.Write(frame, Width, Height, unchecked((uint)value));
        return TimeCode.TryRead(frame, Width, out var read) && read == unchecked((uint)value);
    });

    [Fact]
    public void Pictures_without_a_code_are_rejected()
    {
        Assert.False(TimeCode.TryRead(new byte[Width * Height], Width, out _));
        Assert.False(TimeCode.TryRead(Enumerable.Repeat((byte)0xE0, Width * Height).ToArray(), Width, out _));
        Assert.False(TimeCode.TryRead(Enumerable.Repeat((byte)0x80, Width * Height).ToArray(), Width, out _));
        for (var seed = 0; seed < 100; seed++) Assert.False(TimeCode.TryRead(Frame(seed), Width, out _));
        Assert.False(TimeCode.TryRead(new byte[100], Width, out _));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(17)]
    [InlineData(34)]
    [InlineData(35)]
    public void A_block_that_is_grey_rejects_the_code(int block)
    {
        var frame = Frame(1);
        TimeCode.Write(frame, Width, Height, 0x5A5A5A5A);
        for (var y = 0; y < 16; y++) frame.AsSpan(y * Width + block * 16, 16).Fill(0x80);
        Assert.False(TimeCode.TryRead(frame, Width, out _));
    }

    [Theory]
    [InlineData(574, 480)]
    [InlineData(854, 14)]
    [InlineData(855, 480)]
    public void Frames_that_cannot_carry_it_are_refused(int width, int height) =>
        Assert.Throws<ArgumentException>(() => TimeCode.Write(new byte[width * height * 3 / 2], width, height, 1));

    [Fact]
    public void Age_allows_for_the_wrap()
    {
        Assert.Equal(250, TimeCode.Age(uint.MaxValue - 99, (1L << 32) + 150));
        Assert.Equal(-5, TimeCode.Age(105, 100));
    }

    [Fact]
    public async Task The_code_survives_x264_at_demo_bitrate()
    {
        using var limit = new CancellationTokenSource(Ffmpeg.Limit);
        using var folder = new TempFolder();
        var file = folder.File("coded.h264");
        const int frames = 40;
        await using (var encoder = FfmpegProcess.Start(FfmpegTools.Ffmpeg, ($"-hide_banner -loglevel error -y -f rawvideo -pix_fmt yuv420p -s {Width}x{Height} -r 30 -i pipe:0 " +
            $"-c:v libx264 -preset superfast -tune zerolatency -profile:v main -threads 1 -g 60 -bf 0 -b:v 1400k -maxrate 1400k -bufsize 700k {file}").Split(' ')))
        {
            for (var n = 0; n < frames; n++)
            {
                var frame = Busy(n);
                TimeCode.Write(frame, Width, Height, Stamp(n));
                await encoder.Input.WriteAsync(frame, limit.Token);
            }
            encoder.Input.Close();
            Assert.True(await encoder.WaitAsync(limit.Token) == 0, encoder.Errors);
        }
        await using var decoder = FfmpegProcess.Start(FfmpegTools.Ffmpeg, $"-hide_banner -loglevel error -nostdin -i {file} -f rawvideo -pix_fmt gray pipe:1".Split(' '));
        var luma = new byte[Width * Height];
        for (var n = 0; n < frames; n++)
        {
            await decoder.Output.ReadExactlyAsync(luma, limit.Token);
            Assert.True(TimeCode.TryRead(luma, Width, out var read), $"frame {n} is not readable");
            Assert.Equal(Stamp(n), read);
        }
    }

    private static uint Stamp(int n) => unchecked(0xDEADBEEF + (uint)n * 0x01234567);

    /// <summary>A moving pattern under noise, which is harder to code than most films.</summary>
    private static byte[] Busy(int n)
    {
        var frame = Frame(n);
        for (var y = 0; y < Height; y++)
            for (var x = 0; x < Width; x++)
                frame[y * Width + x] = (byte)(96 + ((x + 9 * n) / 40 + (y + 5 * n) / 30) % 4 * 24 + frame[y * Width + x] / 16);
        frame.AsSpan(Width * Height).Fill(0x70);
        return frame;
    }

    private static byte[] Frame(int seed)
    {
        var frame = new byte[Width * Height * 3 / 2];
        new Random(seed).NextBytes(frame);
        return frame;
    }
}
