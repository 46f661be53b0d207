namespace ClusterCast.Media.Egress;

/// <summary>Waiting times before a destination is connected to anew. Each failure in a row doubles the time up to its bound;
/// the real time is drawn from the upper half, so that destinations of one server do not return at once.</summary>
public sealed record BackoffOptions
{
    /// <summary>After the first failure.</summary>
    public TimeSpan First { get; init; } = TimeSpan.FromSeconds(0.5);

    /// <summary>The bound after failures in a row.</summary>
    public TimeSpan Longest { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>After the first refusal: a key that is wrong is still wrong a second later, and platforms block who asks often.</summary>
    public TimeSpan FirstRefused { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The bound after refusals in a row.</summary>
    public TimeSpan LongestRefused { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>After the destination said that another publisher has the key, which is often the one's own last connection.</summary>
    public TimeSpan FirstInUse { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>So long a connection must have carried media that failures before it are forgotten, and drops are another incident.</summary>
    public TimeSpan Proven { get; init; } = TimeSpan.FromSeconds(10);
}
