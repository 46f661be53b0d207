using System.Text.Json;
using System.Text.Json.Serialization;

namespace ClusterCast.Node.Demo;

/// <summary>A distribution of delays, ms.</summary>
public sealed record Percentiles(double P50, double P95);

/// <summary>Shares of redeemed tickets, USDC.</summary>
public sealed record Earnings(decimal Relay, decimal Broadcaster, decimal Treasury)
{
    /// <summary>All three.</summary>
    [JsonIgnore]
    public decimal Total => Relay + Broadcaster + Treasury;
}

/// <summary>A relay that was left for good, and why.</summary>
public sealed record BannedRelay(string Node, string Why);

/// <summary>What a headless demo measured: <c>--report</c>. The field names are an interface. Money is USDC with all its decimals.</summary>
public sealed record DemoReport
{
    /// <summary>From opening the page to the first painted frame, ms; null without a picture.</summary>
    public double? FirstFrameMs { get; init; }

    /// <summary>From the stamp in the frame to its painting, ms; null for sources without a time code.</summary>
    public Percentiles? GlassToGlassMs { get; init; }

    /// <summary>Media bytes that verified.</summary>
    public long VerifiedBytes { get; init; }

    /// <summary>Leaves that verified.</summary>
    public long LeavesVerified { get; init; }

    /// <summary>Leaves that did not.</summary>
    public long LeavesRejected { get; init; }

    /// <summary>Leaves that reached the picture although they are not the signed ones.</summary>
    public long BadLeavesShown { get; init; }

    /// <summary>Bytes of hashes, signatures and frames against media bytes.</summary>
    public double ProofOverheadPercent { get; init; }

    /// <summary>Times the picture stopped after it had begun.</summary>
    public int Stalls { get; init; }

    /// <summary>Frames that the browser decoded and did not paint.</summary>
    public long DroppedFrames { get; init; }

    /// <summary>How the viewer reached its last relay: <c>webTransport</c> or <c>webSocket</c>; null when it had none at the end.</summary>
    public string? Transport { get; init; }

    /// <summary>Node ids of the relays that served the viewer, in order.</summary>
    public IReadOnlyList<string> RelaysUsed { get; init; } = [];

    /// <summary>Relays that the viewer banned.</summary>
    public IReadOnlyList<BannedRelay> BannedRelays { get; init; } = [];

    /// <summary>Tickets that the viewer signed.</summary>
    public long TicketsSent { get; init; }

    /// <summary>Of these, the winners, as the relays found.</summary>
    public long TicketsWon { get; init; }

    /// <summary>Of these, those redeemed on chain.</summary>
    public long TicketsRedeemed { get; init; }

    /// <summary>What left the viewer's purse: deposited less the balance.</summary>
    public decimal UsdcSpent { get; init; }

    /// <summary>The exact price of the verified bytes.</summary>
    public decimal UsdcExpected { get; init; }

    /// <summary>Face values of the viewer's redeemed tickets, from the contract's events.</summary>
    public decimal UsdcRedeemedOnChain { get; init; }

    /// <summary>How these were split.</summary>
    public Earnings Earnings { get; init; } = new(0, 0, 0);

    /// <summary>Transactions on the chain since the contracts were deployed.</summary>
    public long ChainTransactions { get; init; }

    /// <summary>What the relays paid each other: the tickets of inner relays.</summary>
    public InnerPayments Inner { get; init; } = new(0, 0, new Earnings(0, 0, 0));

    /// <summary>Pieces of evidence that the viewer kept, with their verdicts.</summary>
    public IReadOnlyList<string> Evidence { get; init; } = [];

    /// <summary>What went wrong, one sentence each; empty for a good run.</summary>
    public IReadOnlyList<string> Failures { get; init; } = [];

    /// <summary>JSON with a line for each field.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Format);

    private static JsonSerializerOptions Format { get; } = new(JsonSerializerDefaults.Web) { WriteIndented = true };
}

/// <summary>Payments between relays.</summary>
/// <param name="TicketsRedeemed">Winners on chain.</param>
/// <param name="UsdcRedeemedOnChain">Their face values, USDC.</param>
/// <param name="Earnings">How these were split.</param>
public sealed record InnerPayments(long TicketsRedeemed, decimal UsdcRedeemedOnChain, Earnings Earnings);
