using System.Net;
using ClusterCast.Mesh;
using ClusterCast.Mesh.Discovery.Dht;
using ClusterCast.Mesh.Discovery.Lan;
using ClusterCast.Node.Configuration;
using ClusterCast.Node.Hosting;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Node.Network;

/// <summary>How a role finds relays beyond its bootstrap file: the settings <c>dht:*</c> and <c>lan</c>.</summary>
internal static class DiscoverySettings
{
    /// <summary>The options with what the settings say of discovery. Throws <see cref="NodeException"/>.</summary>
    /// <param name="options">Of the role.</param>
    /// <param name="settings">Configuration.</param>
    /// <param name="publicTls">The address that others reach a relay by; null for the one that it listens on.</param>
    public static MeshOptions WithDiscovery(this MeshOptions options, Settings settings, string? publicTls = null)
    {
        var port = PortOf(publicTls);
        return options with { Dht = Dht(options, settings, port), Lan = Lan(options, settings, port) };
    }

    private static DhtOptions? Dht(MeshOptions options, Settings settings, ushort port)
    {
        var bootstrap = settings.List("dht:bootstrap");
        var isPublic = settings.Switch("dht:public");
        var listen = settings.Text("dht:listen");
        return listen is null && bootstrap.Count == 0 && !isPublic ? null : new DhtOptions
        {
            Listen = [.. (listen ?? "0.0.0.0:0").Split(',', StringSplitOptions.TrimEntries).Select(Endpoints.Parse)],
            Bootstrap = [.. bootstrap.Select(Host)],
            Public = isPublic,
            ReadOnly = options.Role == PeerRole.Viewer && listen is null,
            MapPorts = settings.Switch("dht:mapPorts"),
            Region = settings.Text("dht:region") ?? "",
            AnnouncedPort = port,
        };
    }

    private static LanOptions? Lan(MeshOptions options, Settings settings, ushort port)
    {
        var listen = options.TlsListen?.Address;
        var isOn = settings.Required("lan", "Write auto, on or off.") switch
        {
            "on" => true,
            "off" => false,
            "auto" when options.Role == PeerRole.Relay => listen is not null && !IPAddress.IsLoopback(listen),
            "auto" => options.BootstrapFile is null,
            var other => throw new NodeException($"'lan' is '{other}'; auto, on or off is expected.", ExitCode.Usage),
        };
        var all = isOn ? LanOptions.PrivateAddresses() : [];
        var isEvery = listen is null || listen.Equals(IPAddress.Any) || listen.Equals(IPAddress.IPv6Any) || (IPAddress.IsLoopback(listen) && options.Role != PeerRole.Relay);
        IReadOnlyList<IPAddress> used = isEvery ? all : isOn && Mesh.Discovery.PrivateAddress.Is(listen!) ? [listen!] : [];
        return used.Count == 0 ? null : new LanOptions { Addresses = used, AnnouncedPort = port };
    }

    private static ushort PortOf(string? publicTls) =>
        Uri.TryCreate(publicTls, UriKind.Absolute, out var url) && url.Port is > 0 and <= ushort.MaxValue ? (ushort)url.Port : (ushort)0;

    private static string Host(string text)
    {
        var colon = text.LastIndexOf(':');
        return colon > 0 && ushort.TryParse(text.AsSpan(colon + 1), out var port) && port != 0 && !text.Contains(',', StringComparison.Ordinal)
            ? text
            : throw new NodeException($"'{text}' is no node of the DHT. Write it like dht.example:6881.", ExitCode.Usage);
    }
}
