using ClusterCast.Media.Egress;
using ClusterCast.Media.Egress.Delivery;
using ClusterCast.Protocol.Signing;

namespace ClusterCast.Media.Tests.Egress.Delivery;

public sealed class BackoffTests
{
    private static readonly BackoffOptions Options = new();

    [Fact]
    public void Times_double_to_their_bound_and_are_forgotten_after_success()
    {
        var backoff = new Backoff(Options, new Fixed(0xFF));
        Assert.Equal([0.5, 1, 2, 4, 8, 16, 30, 30], Enumerable.Range(0, 8).Select(_ => Math.Round(backoff.Next(MediaFault.Disconnected).TotalSeconds, 3)));
        backoff.Forget();
        Assert.Equal(0.5, backoff.Next(MediaFault.ConnectFailed).TotalSeconds, 3);
    }

    [Fact]
    public void Jitter_takes_from_the_upper_half()
    {
        Assert.Equal(0.25, new Backoff(Options, new Fixed(0)).Next(MediaFault.Disconnected).TotalSeconds, 3);
        Assert.Equal(0.375, new Backoff(Options, new Fixed(0x7F)).Next(MediaFault.Disconnected).TotalSeconds, 0.001);
    }

    [Theory]
    [InlineData(MediaFault.KeyRefused, 30)]
    [InlineData(MediaFault.PublishRefused, 30)]
    [InlineData(MediaFault.TlsFailed, 30)]
    [InlineData(MediaFault.NameInUse, 5)]
    public void A_refusal_is_tried_again_slowly(MediaFault fault, double seconds) => Assert.Equal(seconds, new Backoff(Options, new Fixed(0xFF)).Next(fault).TotalSeconds, 3);

    [Fact]
    public void Refusals_in_a_row_end_at_ten_minutes()
    {
        var backoff = new Backoff(Options, new Fixed(0xFF));
        for (var n = 0; n < 100; n++) backoff.Next(MediaFault.KeyRefused);
        Assert.Equal(600, backoff.Next(MediaFault.KeyRefused).TotalSeconds, 3);
    }

    [Fact]
    public void Another_kind_of_failure_begins_anew()
    {
        var backoff = new Backoff(Options, new Fixed(0xFF));
        for (var n = 0; n < 5; n++) backoff.Next(MediaFault.ConnectFailed);
        Assert.Equal(30, backoff.Next(MediaFault.KeyRefused).TotalSeconds, 3);
        Assert.Equal(0.5, backoff.Next(MediaFault.ConnectFailed).TotalSeconds, 3);
    }

    private sealed class Fixed(byte value) : IRandomSource
    {
        public void Fill(Span<byte> bytes) => bytes.Fill(value);
    }
}
