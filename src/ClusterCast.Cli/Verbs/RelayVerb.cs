using System.CommandLine;
using ClusterCast.Node.Relay;

namespace ClusterCast.Cli.Verbs;

internal static class RelayVerb
{
    public static Command Create() => Verb.Create(
        "relay",
        "Carry streams: verify, cache, serve viewers and relays, earn USDC",
        [
            new("--http", "relay:http", "Browsers (WebSocket), status, metrics and health"),
            new("--tls", "relay:tls", "Peer port"),
            new("--quic", "relay:quic", "Peer port of QUIC (UDP), as a rule the number of --tls; off for none"),
            new("--public-quic", "relay:publicQuic", "Address that other nodes reach it by: quic://host:port"),
            new("--public-tls", "relay:publicTls", "Address that other nodes reach it by: tls://host:port"),
            new("--public-ws", "relay:publicWs", "Address that browsers reach it by: wss://host/clustercast"),
            new("--portmap", "nat:portmap", "Ask the router to let the ports in where there is no public address: true or false"),
            new("--public-webtransport", "relay:publicWebTransport", "Host and port that browsers reach it by with WebTransport"),
            new("--price", "relay:price", "Micro-USDC per 1,000,000,000 bytes"),
            new("--payout", "relay:payout", "Address that earnings go to"),
            new("--node-key", "relay:nodeKey", "Key file of the node"),
            new("--purse-deposit", "relay:purseDeposit", "Fill that purse up to so many micro-USDC at the start"),
            new("--purse-key", "relay:purseKey", "Key file of the viewing key whose purse pays the parent relay"),
            new("--subscribers", "relay:subscribers", "At most so many subscribers"),
            new("--max-egress", "relay:maxEgress", "Mb/s that may be sent; a full relay sends newcomers to others"),
            new("--face-value", "till:faceValue", "Paid by a winning ticket, micro-USDC"),
            new("--ticket-bytes", "till:ticketBytes", "A ticket is due after so many bytes"),
            new("--hold", "till:hold", "Seconds between a win and its redemption"),
            new("--faults", "relay:faults", "Allow POST /faults on loopback, for demonstrations on a devnet", IsSwitch: true),
            .. DiscoveryFlags.All,
        ],
        () => new RelayRole());
}
