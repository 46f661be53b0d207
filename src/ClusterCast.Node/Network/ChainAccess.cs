using ClusterCast.Chain.Contracts;
using ClusterCast.Chain.Deployments;
using ClusterCast.Chain.Rpc;
using ClusterCast.Node.Hosting;
using ClusterCast.Protocol.Signing;

namespace ClusterCast.Node.Network;

/// <summary>The network that a role belongs to: its contracts, a chain node, and bindings to them.</summary>
public sealed class ChainAccess : IDisposable
{
    private ChainAccess(Deployment deployment, EvmClient client)
    {
        Deployment = deployment;
        Client = client;
        Domains = deployment.Domains;
        Broker = new TicketBroker(client, deployment.TicketBroker);
        StreamKeys = new StreamKeys(client, deployment.StreamKeys);
        Usdc = new Usdc(client, deployment.Usdc);
    }

    /// <summary>Addresses and constants.</summary>
    public Deployment Deployment { get; }

    /// <summary>The chain node.</summary>
    public EvmClient Client { get; }

    /// <summary>EIP-712 domains.</summary>
    public Domains Domains { get; }

    /// <summary>Purses and redemption.</summary>
    public TicketBroker Broker { get; }

    /// <summary>Streams.</summary>
    public StreamKeys StreamKeys { get; }

    /// <summary>Money.</summary>
    public Usdc Usdc { get; }

    /// <summary>Opens the network of the settings and checks that the chain node serves it. Throws <see cref="Chain.ChainException"/>.</summary>
    public static async Task<ChainAccess> OpenAsync(RoleContext context, CancellationToken stop)
    {
        var deployment = DeploymentFile.Load(context.Settings.Required("deployments", "Give the file that `clustercast devnet` wrote with --deployments."));
        if (context.Settings.Text("rpc") is { } rpc)
        {
            deployment = deployment with
            {
                RpcUrl = Uri.TryCreate(rpc, UriKind.Absolute, out var url) && (url.Scheme is "http" or "https")
                    ? url
                    : throw new NodeException($"'{rpc}' is not a JSON-RPC address. Write it like http://127.0.0.1:8545.", ExitCode.Usage),
            };
        }

        var client = new EvmClient(deployment.RpcUrl);
        try
        {
            await deployment.CheckAsync(client, stop).ConfigureAwait(false);
            return new ChainAccess(deployment, client);
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Client.Dispose();
}
