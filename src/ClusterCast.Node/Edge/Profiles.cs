using ClusterCast.Media.Egress.Presets;
using ClusterCast.Media.Encoding;

namespace ClusterCast.Node.Edge;

/// <summary>Which profile a destination gets, and what it will look like.</summary>
internal static class Profiles
{
    /// <summary>The one that was asked for; else the source, where the platform takes it, else the best step of the ladder that the platform takes.</summary>
    public static OutputProfile Choose(TargetPlan plan, SourceInfo? source)
    {
        if (plan.Profile is { } wanted)
        {
            return wanted;
        }

        return source is null || plan.Platform.Check(Format(OutputProfile.Source, source)!).Count == 0
            ? OutputProfile.Source
            : OutputProfile.Ladder.FirstOrDefault(step => plan.Platform.Check(Format(step, source)!).Count == 0) ?? OutputProfile.Source;
    }

    /// <summary>What a congested destination can go down to, step by step: what it is to get, then the ladder's smaller pictures.</summary>
    public static IReadOnlyList<OutputProfile> Steps(OutputProfile wanted, SourceInfo source)
    {
        var lines = Largest(wanted, source).Height;
        return [wanted, .. OutputProfile.Ladder.Where(step => Largest(step, source).Height < lines)];
    }

    /// <summary>What comes out, for the platform's limits; null for a source that is not known yet.</summary>
    public static OutputFormat? Format(OutputProfile profile, SourceInfo? source)
    {
        if (profile.IsSource && source is null)
        {
            return null;
        }

        var shape = Largest(profile, source);
        return new OutputFormat
        {
            Width = shape.Width,
            Height = shape.Height,
            FrameRate = shape.FrameRate,
            VideoKbps = shape.VideoKbps,
            KeyframeSeconds = TranscodeArguments.KeyframeSeconds,
            SampleRate = source?.Audio?.SampleRate ?? 48_000,
            Channels = source?.Audio?.Channels ?? 2,
        };
    }

    /// <summary>The picture, as large as it can be while the source is not known. A source's bitrate is not known beforehand: it is 0.</summary>
    public static VideoShape Largest(OutputProfile profile, SourceInfo? source) => source is { Picture: var picture }
        ? profile.IsSource ? new VideoShape(picture.Width, picture.Height, picture.FrameRate, 0) : profile.Fit(picture.Width, picture.Height, picture.FrameRate)
        : new VideoShape(profile.Width, profile.Height, profile.FrameRate, profile.VideoKbps);
}
