using ClusterCast.Mesh.Relaying;

namespace ClusterCast.Mesh.Tests.Relaying;

/// <summary>Whether one more can be served.</summary>
public sealed class AdmissionTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public void Places_are_counted_and_given_back()
    {
        var admission = new Admission(2, maxEgress: null, Second);
        Assert.True(admission.TryEnter(1_000, out _));
        Assert.True(admission.TryEnter(1_000, out _));
        Assert.Equal(100, admission.LoadPercent);
        Assert.False(admission.TryEnter(1_000, out var reason));
        Assert.Contains("place", reason);
        admission.Leave(1_000);
        Assert.Equal((1, 50), (admission.Count, admission.LoadPercent));
        Assert.True(admission.TryEnter(1_000, out _));
    }

    [Fact]
    public void What_is_promised_counts_before_it_is_sent()
    {
        var admission = new Admission(1_000, maxEgress: 10_000_000, Second);
        var entered = 0;
        while (admission.TryEnter(1_500_000, out _))
        {
            entered++;
        }

        Assert.Equal((6, 90), (entered, admission.LoadPercent));
        Assert.True(admission.TryEnter(500_000, out _));
    }

    [Fact]
    public void What_is_sent_counts_where_it_is_more_than_what_was_promised()
    {
        var admission = new Admission(1_000, maxEgress: 10_000_000, Second);
        Assert.True(admission.TryEnter(1_500_000, out _));
        for (var i = 0; i < 100; i++)
        {
            admission.Observe(bytes: 120_000, TimeSpan.Zero, TimeSpan.FromMilliseconds(100));
        }

        Assert.False(admission.TryEnter(1_500_000, out var reason));
        Assert.Contains("sent", reason);
        for (var i = 0; i < 100; i++)
        {
            admission.Observe(bytes: 0, TimeSpan.Zero, TimeSpan.FromMilliseconds(100));
        }

        Assert.True(admission.TryEnter(1_500_000, out _));
    }

    [Fact]
    public void A_busy_processor_refuses_newcomers_and_one_late_moment_does_not()
    {
        var admission = new Admission(1_000, maxEgress: null, TimeSpan.FromMilliseconds(300));
        admission.Observe(0, TimeSpan.FromSeconds(1), TimeSpan.FromMilliseconds(100));
        Assert.True(admission.TryEnter(1, out _));
        for (var i = 0; i < 100; i++)
        {
            admission.Observe(0, TimeSpan.FromSeconds(1), TimeSpan.FromMilliseconds(100));
        }

        Assert.Equal(100, admission.LoadPercent);
        Assert.False(admission.TryEnter(1, out var reason));
        Assert.Contains("busy", reason);
    }
}
