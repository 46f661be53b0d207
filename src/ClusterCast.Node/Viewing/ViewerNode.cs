using ClusterCast.Mesh;
using ClusterCast.Node.Hosting;
using ClusterCast.Node.Keys;
using ClusterCast.Node.Network;
using ClusterCast.Node.Settlement;
using ClusterCast.Payments;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;
using ClusterCast.Protocol.Wire;
using Microsoft.Extensions.Logging;

namespace ClusterCast.Node.Viewing;

/// <summary>A node that takes streams and pays for them, as <c>watch</c> and <c>edge</c> do: the chain's readers, a funded purse, and a place in the mesh.</summary>
internal sealed class ViewerNode : IAsyncDisposable
{
    private readonly Stack<IAsyncDisposable> _owned = new();
    private readonly ChainAccess _chain;

    private ViewerNode(ChainAccess chain) => _chain = chain;

    /// <summary>Its viewing key's address.</summary>
    public Address Address { get; private set; }

    /// <summary>What pays.</summary>
    public Purse Purse { get; private set; } = null!;

    /// <summary>Its place in the mesh.</summary>
    public MeshNode Mesh { get; private set; } = null!;

    /// <summary>Opens the chain, the viewing key and the purse, and joins the mesh.</summary>
    /// <param name="context">Settings, clock, logs.</param>
    /// <param name="role">The verb: its settings name the viewing key.</param>
    /// <param name="folder">The data folder's default name.</param>
    /// <param name="log">Where the chain's readers complain.</param>
    /// <param name="stop">Gives up.</param>
    /// <exception cref="NodeException">A setting is wrong, the chain cannot be read, or the purse is empty.</exception>
    public static async Task<ViewerNode> StartAsync(RoleContext context, string role, string folder, ILogger log, CancellationToken stop)
    {
        var viewer = new ViewerNode(await ChainAccess.OpenAsync(context, stop).ConfigureAwait(false));
        try
        {
            await viewer.JoinAsync(context, role, folder, log, stop).ConfigureAwait(false);
            return viewer;
        }
        catch
        {
            await viewer.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        while (_owned.TryPop(out var owned))
        {
            await owned.DisposeAsync().ConfigureAwait(false);
        }

        _chain.Dispose();
    }

    private async Task JoinAsync(RoleContext context, string role, string folder, ILogger log, CancellationToken stop)
    {
        var settings = context.Settings;
        var data = DataFolder.Of(settings, folder);
        var devnet = _chain.Deployment.Devnet;
        var viewingKey = settings.Text($"{role}:viewingKey") is { } file
            ? KeyFile.Open(file, devnet)
            : KeyFile.OpenOrCreate(Path.Combine(data, "viewing.json"), devnet, SystemRandomSource.Instance);
        Address = viewingKey.Address;
        var streams = Own(await StreamTracker.OpenAsync(_chain, context.Time, log, stop).ConfigureAwait(false));
        var stakes = Own(await StakeTracker.OpenAsync(_chain, context.Time, log, stop).ConfigureAwait(false));
        var purse = Own(await PurseDesk.OpenAsync(context, _chain, viewingKey, data, stop).ConfigureAwait(false));
        if (purse.Watch.Spendable == 0)
        {
            throw new NodeException($"The purse {viewingKey.Address} is empty. Fill it with: clustercast wallet deposit --amount 3 --data {data}");
        }

        Purse = purse.Purse;
        Mesh = Own(new MeshNode(new MeshOptions
        {
            Role = PeerRole.Viewer,
            NodeKey = PrivateKey.Create(SystemRandomSource.Instance),
            Domains = _chain.Domains,
            SigningKeys = streams.Keys,
            ConfirmKey = streams.Keys.ConfirmAsync,
            DataDirectory = data,
            MaxPrice = (ulong)settings.Number("purse:ceiling"),
            BootstrapFile = settings.Text("bootstrap"),
            PayingSessions = new PurseSessions(purse.Purse),
            Stakes = stakes,
            Time = context.Time,
            Logging = context.Logs,
        }.WithDiscovery(settings)));
        Purse.EvidenceFound += evidence => Mesh.Report(evidence);
        Mesh.Start();
    }

    private T Own<T>(T part)
        where T : IAsyncDisposable
    {
        _owned.Push(part);
        return part;
    }
}
