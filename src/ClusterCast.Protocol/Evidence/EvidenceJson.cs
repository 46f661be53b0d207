using System.Text.Json;
using System.Text.Json.Nodes;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;
using ClusterCast.Protocol.Windows;

namespace ClusterCast.Protocol.Evidence;

/// <summary>The JSON of the pieces that evidence and incidents share. Integers are decimal strings, bytes are <c>0x</c> hex.</summary>
internal static class EvidenceJson
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, NewLine = "\n" };

    public static string Format(JsonObject file) => file.ToJsonString(Indented) + "\n";

    public static JsonObject Write(Domains domains) => new()
    {
        ["chainId"] = domains.StreamKeys.ChainId.ToString(),
        ["streamKeys"] = domains.StreamKeys.VerifyingContract.ToString(),
        ["relayStaking"] = domains.RelayStaking.VerifyingContract.ToString(),
    };

    public static Domains ReadDomains(JsonFields fields)
    {
        fields.Only("chainId", "streamKeys", "relayStaking");
        return Domains.Of(fields.Number<ulong>("chainId"), fields.Address("streamKeys"), fields.Address("relayStaking"), Address.Zero);
    }

    public static JsonObject Write(in Head head) => new()
    {
        ["stream"] = head.Track.Stream.ToString(),
        ["run"] = head.Run.ToString(),
        ["track"] = head.Track.Track.ToString(),
        ["window"] = head.Window.ToString(),
        ["count"] = head.Count.ToString(),
        ["root"] = head.Root.ToString(),
        ["byteLength"] = head.ByteLength.ToString(),
        ["leafCount"] = head.LeafCount.ToString(),
        ["prev"] = head.Prev.ToString(),
        ["initHash"] = head.InitHash.ToString(),
        ["time"] = head.Time.ToString(),
        ["flags"] = ((byte)head.Flags).ToString(),
    };

    public static Head ReadHead(JsonFields fields)
    {
        fields.Only("stream", "run", "track", "window", "count", "root", "byteLength", "leafCount", "prev", "initHash", "time", "flags");
        return new Head(
            new TrackKey(fields.Stream("stream"), fields.Number<ushort>("track")),
            fields.Number<ulong>("run"),
            fields.Number<uint>("window"),
            fields.Number<ushort>("count"),
            fields.Hash("root"),
            fields.Number<ulong>("byteLength"),
            fields.Number<uint>("leafCount"),
            fields.Hash("prev"),
            fields.Hash("initHash"),
            fields.Number<ulong>("time"),
            (HeadFlags)fields.Number<byte>("flags"));
    }

    public static JsonObject Write(in Receipt receipt) => new()
    {
        ["relay"] = receipt.Relay.ToString(),
        ["purse"] = receipt.Purse.ToString(),
        ["headDigest"] = receipt.HeadDigest.ToString(),
        ["servedRoot"] = receipt.ServedRoot.ToString(),
        ["byteLength"] = receipt.ByteLength.ToString(),
        ["time"] = receipt.Time.ToString(),
    };

    public static Receipt ReadReceipt(JsonFields fields)
    {
        fields.Only("relay", "purse", "headDigest", "servedRoot", "byteLength", "time");
        return new Receipt(
            fields.Address("relay"),
            fields.Address("purse"),
            fields.Hash("headDigest"),
            fields.Hash("servedRoot"),
            fields.Number<ulong>("byteLength"),
            fields.Number<ulong>("time"));
    }

    public static JsonArray Write(IEnumerable<Hash32> hashes) => new([.. hashes.Select(h => (JsonNode)h.ToString())]);
}
