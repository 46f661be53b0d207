using ClusterCast.Protocol.Wire;

namespace ClusterCast.Payments.Tests;

public sealed class TillTariffTests
{
    [Theory]
    [InlineData(1_000_000, 400, 16_384, 1_000_000, "ticket bytes")]
    [InlineData(1_000_000, 400, 64_000_000, 1_000_000, "ticket bytes")]
    [InlineData(1_000_000, 400, 250_000, 64_000_000, "joining burst")]
    [InlineData(1_000_000, 250, 250_000, 1_000_000, "raise the face value")]
    [InlineData(1_000_000, 0, 250_000, 1_000_000, "raise the face value")]
    public void A_tariff_that_does_not_fit_together_names_the_remedy(ulong price, uint face, uint ticket, uint burst, string remedy) =>
        Assert.Contains(remedy, Assert.Throws<ArgumentException>(() => new TillTariff(price, face, ticket, burst)).Message, StringComparison.OrdinalIgnoreCase);

    [Fact]
    public void A_price_of_zero_is_free_whatever_the_face_value() => Assert.True(new TillTariff(0, 0).IsFree);

    [Fact]
    public void The_unit_starts_small_and_doubles_with_each_full_ticket_up_to_two_tickets()
    {
        using var world = new World();
        using var link = world.Connect().Settle();
        link.Stream(6_000_000);

        var offers = link.Seen(FrameType.Offer, body => Offer.Read(body));
        Assert.Equal([32_000u, 64_000, 128_000, 250_000, 250_000], offers.Take(5).Select(offer => offer.TicketBytes));
        Assert.Equal(1_000_000u + 64_000, offers[0].CreditBytes);
        Assert.Equal(2 * 250_000u, offers[^1].CreditBytes);
        Assert.All(offers, offer => Assert.True(offer.CreditBytes <= world.Tariff.LargestCredit));
    }
}

public sealed class ViewerLimitsTests
{
    private static readonly ViewerLimits Limits = new() { CeilingPrice = 1_000_000 };

    [Fact]
    public void An_offer_within_the_limits_is_fine() => Assert.Null(Refusal(new Offer() with { Price = 1_000_000, FaceValue = 400, TicketBytes = 250_000 }));

    [Theory]
    [InlineData(1_000_001, 2_000, 250_000, "ceiling")]
    [InlineData(999_999, 2_000, 250_000, "record")]
    [InlineData(1_000, 300_001, 250_000, "deposit")]
    [InlineData(1_000, 300_000, 16_383, "ticket")]
    [InlineData(990_000, 16, 250_000, "ticket")]
    public void Each_limit_has_its_sentence(ulong price, uint face, uint ticket, string word) =>
        Assert.Contains(word, Refusal(new Offer() with { Price = price, FaceValue = face, TicketBytes = ticket }, price == 999_999 ? 999_998u : 0), StringComparison.Ordinal);

    private static string? Refusal(Offer offer, ulong advertised = 0) => Limits.Refuse(offer, advertised, 3_000_000);
}
