using System.Text.Json.Nodes;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Protocol.Tests.Vectors;

/// <summary>Beacons of the LAN, with the fields under their names in spec/discovery.md, and datagrams that are none.</summary>
internal static class LanVectors
{
    private static readonly Address Contract = Known.ViewingKey.Address;
    private static readonly Address Node = Known.NodeKey.Address;

    public static JsonArray File()
    {
        var here = new LanBeacon(LanBeaconKind.Here, 31337, Contract, Node, 4_430);
        var bytes = here.Encode();
        byte[] With(int at, byte value) => [.. bytes[..at], value, .. bytes[(at + 1)..]];
        return
        [
            Of("a relay is here", here),
            Of("a viewer asks", here with { Kind = LanBeaconKind.Ask, Port = 0 }),
            Of("largest numbers", here with { ChainId = ulong.MaxValue, Port = ushort.MaxValue }),
            Bad("of another protocol", With(0, 0)),
            Bad("of version 2", With(4, 2)),
            Bad("of kind 0", With(5, 0)),
            Bad("of kind 3", With(5, 3)),
            Bad("a relay without a port", [.. bytes[..^2], 0, 0]),
            Bad("a byte too short", bytes[..^1]),
            Bad("a byte too long", [.. bytes, 0]),
            Bad("empty", []),
        ];
    }

    private static JsonObject Of(string name, LanBeacon beacon) => new()
    {
        ["name"] = name,
        ["hex"] = Hex.Encode(beacon.Encode()),
        ["fields"] = new JsonObject
        {
            ["kind"] = ((byte)beacon.Kind).ToString(), ["chainId"] = beacon.ChainId.ToString(), ["relayStaking"] = beacon.RelayStaking.ToString(), ["node"] = beacon.Node.ToString(),
            ["port"] = beacon.Port.ToString(),
        },
    };

    private static JsonObject Bad(string name, byte[] datagram)
    {
        Assert.False(LanBeacon.TryRead(datagram, out _), name);
        return new JsonObject { ["name"] = name, ["hex"] = Hex.Encode(datagram), ["fields"] = null };
    }
}
