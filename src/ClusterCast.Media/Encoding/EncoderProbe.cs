using System.Globalization;
using System.Text.RegularExpressions;

namespace ClusterCast.Media.Encoding;

/// <summary>Which encoder works here and what it costs, found by really encoding.</summary>
/// <param name="Choice">The encoder to use.</param>
/// <param name="CoreSecondsPerMegapixel">Processor time for a million encoded pixels.</param>
/// <param name="MegapixelsPerSecond">Pixels that it encodes at full speed.</param>
/// <param name="Warning">One sentence when no GPU encoder works; else null.</param>
public sealed record EncoderReport(EncoderChoice Choice, double CoreSecondsPerMegapixel, double MegapixelsPerSecond, string? Warning)
{
    /// <summary>Cores that an output of this shape takes, decoding and scaling roughly counted in: the test picture has to be made, too.</summary>
    public double CoresFor(VideoShape shape) => shape.Width * shape.Height * shape.FrameRate / 1e6 * CoreSecondsPerMegapixel;
}

/// <summary>Looks for an encoder: NVENC, then Quick Sync, then VAAPI, then x264 with the slowest preset that is fast enough.</summary>
public sealed partial class EncoderProbe(string? program = null)
{
    /// <summary>Share of all cores that one 1080p30 output may take with a preset slower than the fastest.</summary>
    public const double PresetShare = 0.2;

    private const int Frames = 30;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);
    private static readonly VideoShape FullHd = new(1920, 1080, 30, 6000);
    private static readonly string[] Presets = [EncoderChoice.FastestPreset, "veryfast", "faster", "fast"];

    /// <summary>Encodes test pictures with one encoder after the other until one works.</summary>
    /// <exception cref="MediaException">Not even x264 does, or FFmpeg is not installed.</exception>
    public async Task<EncoderReport> RunAsync(CancellationToken stop)
    {
        var failures = new List<string>();
        foreach (var encoder in (VideoEncoder[])[VideoEncoder.Nvenc, VideoEncoder.QuickSync, VideoEncoder.Vaapi])
        {
            var choice = new EncoderChoice(encoder);
            var (report, failure) = await TryAsync(choice, null, stop);
            if (report is not null) return report;
            failures.Add($"{choice}: {failure}");
        }
        return await X264Async($"No GPU encodes here ({string.Join("; ", failures)}).", stop);
    }

    private async Task<EncoderReport> X264Async(string warning, CancellationToken stop)
    {
        EncoderReport? best = null;
        foreach (var preset in Presets)
        {
            var (report, failure) = await TryAsync(new EncoderChoice(VideoEncoder.X264, preset), warning, stop);
            if (report is null && best is null)
                throw new MediaException(MediaFault.FfmpegFailed, $"FFmpeg cannot encode H.264 ({failure}); install one with libx264: sudo apt-get install ffmpeg");
            if (report is null || best is not null && report.CoresFor(FullHd) > PresetShare * Environment.ProcessorCount) break;
            best = report;
        }
        var cost = string.Create(CultureInfo.InvariantCulture, $"{warning} {best!.Choice} is used, about {best.CoresFor(FullHd):0.00} of {Environment.ProcessorCount} cores for 1080p30.");
        return best with { Warning = cost };
    }

    private async Task<(EncoderReport? Report, string Failure)> TryAsync(EncoderChoice choice, string? warning, CancellationToken stop)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(Limit);
        await using var process = FfmpegProcess.Start(program ?? FfmpegTools.Ffmpeg, TranscodeArguments.Probe(choice, FullHd, Frames));
        try
        {
            var status = await process.WaitAsync(limit.Token);
            if (status != 0) return (null, Cause(process.Errors) ?? $"exit status {status}");
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return (null, $"no end after {Limit.TotalSeconds} s");
        }
        if (Benchmark().Match(process.Errors) is not { Success: true } match) return (null, "FFmpeg gives no figures");
        var megapixels = FullHd.Width * FullHd.Height * Frames / 1e6;
        return (new EncoderReport(choice, (Seconds(match, 1) + Seconds(match, 2)) / megapixels, megapixels / Math.Max(0.001, Seconds(match, 3)), warning), "");
    }

    // Lines are like "[AVHWDeviceContext @ 0x55cc] [error] Cannot load libcuda.so.1"; later ones are consequences of the first.
    private static string? Cause(string errors) => errors.Split('\n')
        .Select(line => Complaint().Match(line)).FirstOrDefault(match => match.Success)?.Groups[1].Value.TrimEnd('.', ' ');

    private static double Seconds(Match match, int group) => double.Parse(match.Groups[group].ValueSpan, CultureInfo.InvariantCulture);

    [GeneratedRegex("\\[(?:error|fatal)\\] (.+)", RegexOptions.CultureInvariant)]
    private static partial Regex Complaint();

    [GeneratedRegex("bench: utime=([0-9.]+)s stime=([0-9.]+)s rtime=([0-9.]+)s", RegexOptions.CultureInvariant)]
    private static partial Regex Benchmark();
}
