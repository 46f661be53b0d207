using System.Globalization;
using System.Text.RegularExpressions;

namespace ClusterCast.Media.Encoding;

/// <summary>What a destination is to get: the source untouched, or a picture of at most this size, rate and bitrate.</summary>
/// <param name="Name">As users write it.</param>
/// <param name="Width">Pixels at most; 0 for the source.</param>
/// <param name="Height">Pixels at most; 0 for the source.</param>
/// <param name="FrameRate">Frames per second at most; 0 for the source.</param>
/// <param name="VideoKbps">Video kbit/s; 0 for the source.</param>
public sealed partial record OutputProfile(string Name, int Width, int Height, int FrameRate, int VideoKbps)
{
    /// <summary>The source, untouched.</summary>
    public static OutputProfile Source { get; } = new("source", 0, 0, 0, 0);

    /// <summary>The steps of the ladder, the best one first.</summary>
    public static IReadOnlyList<OutputProfile> Ladder { get; } =
    [
        new("1080p", 1920, 1080, 30, 6000),
        new("720p", 1280, 720, 30, 3000),
        new("480p", 854, 480, 30, 1500),
        new("360p", 640, 360, 30, 800),
    ];

    /// <summary>Whether the source is passed through.</summary>
    public bool IsSource => Width == 0;

    /// <summary>Reads <c>source</c>, a step of the ladder such as <c>720p</c>, or <c>WIDTHxHEIGHT@FPS:KBPS</c> such as <c>1280x720@30:2500</c>.</summary>
    /// <exception cref="MediaException">It is none of them, or out of bounds.</exception>
    public static OutputProfile Parse(string text)
    {
        if (text == Source.Name) return Source;
        if (Ladder.FirstOrDefault(step => step.Name == text) is { } known) return known;
        if (Custom().Match(text) is not { Success: true } match) throw Bad(text);
        var (width, height, rate, kbps) = (Number(match, 1), Number(match, 2), Number(match, 3), Number(match, 4));
        return width is >= 64 and <= 4096 && height is >= 64 and <= 4096 && (width | height) % 2 == 0 && rate is >= 5 and <= 120 && kbps is >= 100 and <= 50_000
            ? new OutputProfile(text, width, height, rate, kbps)
            : throw Bad(text);
    }

    /// <summary>The output for a source of this shape: its aspect ratio kept, nothing enlarged, nothing made faster.</summary>
    public VideoShape Fit(int sourceWidth, int sourceHeight, double sourceRate)
    {
        // A picture that stands upright is measured by its shorter side, as platforms do.
        var (width, height) = sourceHeight > sourceWidth ? (Height, Width) : (Width, Height);
        var scale = Math.Min(1.0, Math.Min(width / (double)sourceWidth, height / (double)sourceHeight));
        return new VideoShape(Even(sourceWidth * scale, width), Even(sourceHeight * scale, height), Math.Min(FrameRate, sourceRate), VideoKbps);
    }

    // A pixel or two of distortion are not seen, and 853.3 columns of a 480p picture become the 854 that everybody expects.
    private static int Even(double pixels, int most) => Math.Min(most, Math.Max(16, (int)Math.Ceiling(pixels / 2 - 0.01) * 2));

    private static int Number(Match match, int group) => int.Parse(match.Groups[group].ValueSpan, CultureInfo.InvariantCulture);

    private static MediaException Bad(string text) => new(MediaFault.BadProfile,
        $"'{text}' is no profile; give source, {string.Join(", ", Ladder.Select(step => step.Name))}, or WIDTHxHEIGHT@FPS:KBPS with even sizes from 64 to 4096, like 1280x720@30:2500.");

    [GeneratedRegex("^([0-9]{2,4})x([0-9]{2,4})@([0-9]{1,3}):([0-9]{3,5})$", RegexOptions.CultureInvariant)]
    private static partial Regex Custom();
}

/// <summary>The picture of one encoded output.</summary>
/// <param name="Width">Pixels, even.</param>
/// <param name="Height">Pixels, even.</param>
/// <param name="FrameRate">Frames per second.</param>
/// <param name="VideoKbps">Video kbit/s.</param>
public sealed record VideoShape(int Width, int Height, double FrameRate, int VideoKbps)
{
    /// <summary>For people, e.g. <c>1280x720 at 30 frames/s, 3000 kbit/s</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Width}x{Height} at {FrameRate:0.##} frames/s, {VideoKbps} kbit/s");
}
