using System.Net;
using ClusterCast.Mesh;
using ClusterCast.Mesh.Nat;
using ClusterCast.Mesh.Nat.PortMapping;
using ClusterCast.Node.Configuration;
using ClusterCast.Node.Hosting;
using ClusterCast.Protocol.Signing;
using ClusterCast.Protocol.Wire;
using Microsoft.Extensions.Logging;
using Endpoint = ClusterCast.Protocol.Wire.Endpoint;

namespace ClusterCast.Node.Relay;

/// <summary>
/// Keeps the addresses in a relay's record right: what the operator told comes first, then what a router maps, then the public address that other relays agree
/// on where it is this machine's own, then what the relay listens on.
/// </summary>
internal sealed class RelayAddresses : IAsyncDisposable
{
    private readonly MeshNode _mesh;
    private readonly ToldAddresses _told;
    private readonly Uri _web;
    private readonly PortMappingKeeper? _mapping;

    private RelayAddresses(MeshNode mesh, ToldAddresses told, Uri web, PortMappingKeeper? mapping)
    {
        _mesh = mesh;
        _told = told;
        _web = web;
        _mapping = mapping;
        Current = Find();
        mesh.SetEndpoints(Current.ToList());
        mesh.PublicAddressFound += _ => Publish();
        if (mapping is not null)
        {
            mapping.Changed += _ => Publish();
            mapping.Start();
        }
    }

    /// <summary>The addresses now.</summary>
    public AdvertisedAddresses Current { get; private set; }

    /// <summary>Publishes what is known, and what routers and relays say from now on.</summary>
    public static RelayAddresses Open(RoleContext context, MeshNode mesh, Uri web, ILogger log)
    {
        var settings = context.Settings;
        var told = ToldAddresses.From(settings);
        var listens = mesh.TlsEndpoint!.Address;
        var wants = settings.Switch("nat:portmap") && told is { Quic: null, Tls: null } && !IPAddress.IsLoopback(listens) && !OwnAddresses.HasPublic();
        PortWish[] wishes =
        [
            .. mesh.QuicEndpoint is { } quic ? [new PortWish(IsUdp: true, (ushort)quic.Port)] : (PortWish[])[],
            new PortWish(IsUdp: false, (ushort)mesh.TlsEndpoint.Port),
        ];
        return new RelayAddresses(mesh, told, web, wants ? PortMappingKeeper.Create(wishes, context.Time, SystemRandomSource.Instance, log) : null);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_mapping is not null)
        {
            await _mapping.DisposeAsync().ConfigureAwait(false);
        }
    }

    private void Publish()
    {
        Current = Find();
        _mesh.SetEndpoints(Current.ToList());
    }

    private AdvertisedAddresses Find() => AdvertisedAddresses.Of(
        _told, _mesh.TlsEndpoint!, _mesh.QuicEndpoint, _web, _mesh.PublicAddress is { } agreed && OwnAddresses.All().Contains(agreed) ? agreed : null,
        OwnAddresses.Best(), _mapping?.Mapped ?? []);
}

/// <summary>The addresses that the operator gives; null where nothing is given.</summary>
internal sealed record ToldAddresses(string? Quic, string? Tls, string? WebSocket, string? WebTransport)
{
    /// <summary>From <c>relay:public*</c>.</summary>
    public static ToldAddresses From(Settings settings) => new(
        settings.Text("relay:publicQuic"), settings.Text("relay:publicTls"), settings.Text("relay:publicWs"), settings.Text("relay:publicWebTransport"));
}
