namespace ClusterCast.Node.Doctor;

/// <summary>What a relay can earn on an uplink, and what that rests on.</summary>
/// <param name="Viewers">Viewers at a time.</param>
/// <param name="UsdPerHour">Income less what the relay pays for its own copy.</param>
/// <param name="Assumptions">Sentences.</param>
internal sealed record RelayEarnings(int Viewers, decimal UsdPerHour, IReadOnlyList<string> Assumptions)
{
    private const double UsableShare = 0.8;
    private const decimal TreasuryShare = 0.05m;

    /// <summary>For an uplink and a stream in Mb/s and a price in micro-USDC per 1e9 bytes.</summary>
    public static RelayEarnings Of(double upMegabits, double streamMegabits, long price)
    {
        var viewers = (int)Math.Min(UsableShare * upMegabits / streamMegabits, 1_000_000);
        var gigabytesPerHour = (decimal)streamMegabits * 3_600 / 8_000;
        var usdPerGigabyte = price / 1_000_000m;
        var net = viewers == 0 ? 0 : gigabytesPerHour * usdPerGigabyte * ((viewers * (1 - TreasuryShare)) - 1);
        return new RelayEarnings(
            viewers,
            net,
            [
                FormattableString.Invariant($"Every viewer takes {streamMegabits:0.##} Mb/s, and {UsableShare:P0} of the uplink carry media."),
                FormattableString.Invariant($"The price is ${usdPerGigabyte} a GB, both what viewers pay here and what this relay pays for its own copy."),
                FormattableString.Invariant($"The treasury keeps {TreasuryShare:P0}; a share of the broadcaster, where the stream has one, comes off too."),
                "All places are taken all the time.",
            ]);
    }
}
