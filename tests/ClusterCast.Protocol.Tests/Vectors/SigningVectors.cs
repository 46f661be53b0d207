using System.Buffers;
using System.Text;
using System.Text.Json.Nodes;
using ClusterCast.Protocol.Evidence;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;
using ClusterCast.Protocol.Tickets;
using ClusterCast.Protocol.Windows;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Protocol.Tests.Vectors;

/// <summary>One file for each EIP-712 type: message, struct hash, digest and signature.</summary>
internal static class SigningVectors
{
    private static Domains Domains => Known.Domains;

    public static JsonObject DomainFile()
    {
        static JsonObject Of(Eip712Domain domain) => new()
        {
            ["name"] = domain.Name,
            ["version"] = "1",
            ["chainId"] = domain.ChainId.ToString(),
            ["verifyingContract"] = domain.VerifyingContract.ToString(),
            ["separator"] = domain.Separator.ToString(),
        };

        return new JsonObject
        {
            ["domains"] = new JsonObject
            {
                ["streamKeys"] = Of(Domains.StreamKeys),
                ["relayStaking"] = Of(Domains.RelayStaking),
                ["ticketBroker"] = Of(Domains.TicketBroker),
            },
        };
    }

    public static JsonObject Heads()
    {
        static JsonObject Of(string name, Head head, PrivateKey key) => Case(name, Json(head), head.StructHash(), head.Digest(Domains.StreamKeys), key);

        var first = new Head(new TrackKey(new StreamId(1), 480), 1_767_225_600_000, 1, 1, Known.Hash("root"), 18_750, 2, default, Known.Hash("init"), 1_767_225_600_100, HeadFlags.None);
        return File("Head", Head.Type, "streamKeys",
        [
            Of("first head of a run", first, Known.SigningKey),
            Of("last head that chains to an earlier window", first with { Window = 7, Count = 20, ByteLength = 375_000, LeafCount = 40, Prev = Known.Hash("prev"), Time = 1_767_225_614_000, Flags = HeadFlags.Last }, Known.SigningKey),
            Of("all zero", default, Known.SmallestKey),
            Of("all maximal", new Head(new TrackKey(Known.MaxStream, ushort.MaxValue), ulong.MaxValue, uint.MaxValue, ushort.MaxValue, Known.MaxHash, ulong.MaxValue, uint.MaxValue, Known.MaxHash, Known.MaxHash, ulong.MaxValue, (HeadFlags)byte.MaxValue), Known.LargestKey),
        ]);
    }

    public static JsonObject Json(Head head) => new()
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

    public static JsonObject Delegations()
    {
        static JsonObject Of(string name, Delegation value, PrivateKey key) => Case(
            name,
            new JsonObject { ["stream"] = value.Stream.ToString(), ["key"] = value.Key.ToString(), ["from"] = value.From.ToString(), ["until"] = value.Until.ToString() },
            value.StructHash(), value.Digest(Domains.StreamKeys), key);

        return File("Delegation", Delegation.Type, "streamKeys",
        [
            Of("a year", new Delegation(new StreamId(1), Known.SigningKey.Address, 1_767_225_600, 1_798_761_600), Known.OwnerKey),
            Of("all zero", default, Known.OwnerKey),
            Of("all maximal", new Delegation(Known.MaxStream, Known.MaxAddress, ulong.MaxValue, ulong.MaxValue), Known.LargestKey),
        ]);
    }

    public static JsonObject Receipts()
    {
        static JsonObject Of(string name, Receipt value, PrivateKey key) => Case(
            name,
            new JsonObject
            {
                ["relay"] = value.Relay.ToString(),
                ["purse"] = value.Purse.ToString(),
                ["headDigest"] = value.HeadDigest.ToString(),
                ["servedRoot"] = value.ServedRoot.ToString(),
                ["byteLength"] = value.ByteLength.ToString(),
                ["time"] = value.Time.ToString(),
            },
            value.StructHash(), value.Digest(Domains.RelayStaking), key);

        return File("Receipt", Receipt.Type, "relayStaking",
        [
            Of("a window of 2 s", new Receipt(Known.NodeKey.Address, Known.ViewingKey.Address, Known.Hash("digest"), Known.Hash("root"), 375_000, 1_767_225_602_000), Known.NodeKey),
            Of("all zero", default, Known.NodeKey),
            Of("all maximal", new Receipt(Known.MaxAddress, Known.MaxAddress, Known.MaxHash, Known.MaxHash, ulong.MaxValue, ulong.MaxValue), Known.LargestKey),
        ]);
    }

    public static JsonObject Sessions()
    {
        static JsonObject Of(string name, SessionOpen value, PrivateKey key) => Case(
            name,
            new JsonObject { ["purse"] = value.Purse.ToString(), ["relay"] = value.Relay.ToString(), ["nonce"] = value.Nonce.ToString(), ["time"] = value.Time.ToString() },
            value.StructHash(), value.Digest(Domains.RelayStaking), key);

        return File("SessionOpen", SessionOpen.Type, "relayStaking",
        [
            Of("a session", new SessionOpen(Known.ViewingKey.Address, Known.NodeKey.Address, Known.Hash("nonce"), 1_767_225_601_000), Known.ViewingKey),
            Of("all zero", default, Known.ViewingKey),
            Of("all maximal", new SessionOpen(Known.MaxAddress, Known.MaxAddress, Known.MaxHash, ulong.MaxValue), Known.LargestKey),
        ]);
    }

    public static JsonObject SessionEnds()
    {
        static JsonObject Of(string name, SessionEnd value, PrivateKey key) => Case(
            name,
            new JsonObject { ["purse"] = value.Purse.ToString(), ["relay"] = value.Relay.ToString(), ["nonce"] = value.Nonce.ToString(), ["time"] = value.Time.ToString() },
            value.StructHash(), value.Digest(Domains.RelayStaking), key);

        return File("SessionEnd", SessionEnd.Type, "relayStaking",
        [
            Of("the end of a session", new SessionEnd(Known.ViewingKey.Address, Known.NodeKey.Address, Known.Hash("nonce"), 1_767_225_661_000), Known.NodeKey),
            Of("all zero", default, Known.NodeKey),
            Of("all maximal", new SessionEnd(Known.MaxAddress, Known.MaxAddress, Known.MaxHash, ulong.MaxValue), Known.LargestKey),
        ]);
    }

    public static JsonObject NodeProofs()
    {
        static JsonObject Of(string name, NodeProof value, PrivateKey key) => Case(
            name, new JsonObject { ["node"] = value.Node.ToString(), ["challenge"] = value.Challenge.ToString() }, value.StructHash(), value.Digest(Domains.RelayStaking), key);

        var hello = Of("over the nonce of a Hello", new NodeProof(Known.NodeKey.Address, NodeProof.HelloChallenge(Known.Hash("nonce"))), Known.NodeKey);
        hello["nonce"] = Known.Hash("nonce").ToString();
        var tls = Of("over a certificate's key", new NodeProof(Known.NodeKey.Address, NodeProof.TlsChallenge(Known.Bytes(7, 91))), Known.NodeKey);
        tls["subjectPublicKeyInfo"] = Hex.Encode(Known.Bytes(7, 91));
        return File("NodeProof", NodeProof.Type, "relayStaking",
        [
            hello,
            tls,
            Of("all zero", default, Known.NodeKey),
            Of("all maximal", new NodeProof(Known.MaxAddress, Known.MaxHash), Known.LargestKey),
        ]);
    }

    public static JsonObject Binds()
    {
        static JsonObject Of(string name, Bind value, PrivateKey key) => Case(
            name, new JsonObject { ["owner"] = value.Owner.ToString(), ["viewingKey"] = value.ViewingKey.ToString() }, value.StructHash(), value.Digest(Domains.TicketBroker), key);

        return File("Bind", Bind.Type, "ticketBroker",
        [
            Of("an owner's purse", new Bind(Known.OwnerKey.Address, Known.ViewingKey.Address), Known.ViewingKey),
            Of("all zero", default, Known.ViewingKey),
            Of("all maximal", new Bind(Known.MaxAddress, Known.MaxAddress), Known.LargestKey),
        ]);
    }

    public static JsonObject Tickets()
    {
        static JsonObject Of(string name, Address relay, StreamId stream, uint terms, Hash32 r, uint index, UInt128 salt, uint faceValue, ulong price, uint bytes, uint epoch, PrivateKey key)
        {
            Assert.True(Tariff.TryWinProbability(price, bytes, faceValue, out var probability));
            var ticket = new Ticket(relay, stream, terms, Draw.Commit(r, index), salt, faceValue, probability, epoch);
            var digest = ticket.Digest(Domains.TicketBroker);
            var message = new JsonObject
            {
                ["relay"] = ticket.Relay.ToString(),
                ["stream"] = ticket.Stream.ToString(),
                ["terms"] = ticket.Terms.ToString(),
                ["commit"] = ticket.Commit.ToString(),
                ["salt"] = ticket.Salt.ToString(),
                ["faceValue"] = ticket.FaceValue.ToString(),
                ["winProb"] = ticket.WinProbability.ToString(),
                ["epoch"] = ticket.Epoch.ToString(),
            };
            var json = Case(name, message, ticket.StructHash(), digest, key);
            json["r"] = r.ToString();
            json["index"] = index.ToString();
            json["commit"] = ticket.Commit.ToString();
            json["bytes"] = bytes.ToString();
            json["price"] = price.ToString();
            json["draw"] = Draw.Number(r, digest).ToString();
            json["win"] = Draw.Wins(r, digest, probability);
            return json;
        }

        var relay = Known.NodeKey.Address;
        var stream = new StreamId(1);
        return File("Ticket", Ticket.Type, "ticketBroker",
        [
            Of("default tariff", relay, stream, 1, Known.Hash("r 1"), 0, 0x0123_4567_89ab_cdef, 10_000, 10_000, 500_000, 20_454, Known.ViewingKey),
            Of("demo tariff", relay, stream, 1, Known.Hash("r 2"), 1, UInt128.Parse("170141183460469231731687303715884105728"), 400, 1_000_000, 250_000, 20_454, Known.ViewingKey),
            Of("demo tariff, another draw", relay, stream, 1, Known.Hash("r 3"), 2, 99, 400, 1_000_000, 250_000, 20_454, Known.ViewingKey),
            Of("never wins", relay, stream, 2, Known.Hash("r 4"), 3, 0, 10_000, 0, 500_000, 20_455, Known.ViewingKey),
            Of("wins but for one in 4.3e18", relay, stream, 2, Known.Hash("r 5"), 4, 1, uint.MaxValue, 4_294_967_294_999_999_999, 1, 20_455, Known.ViewingKey),
            Of("smallest", default, default, 0, default, 0, 0, 1, 0, 0, 0, Known.SmallestKey),
            Of("largest", Known.MaxAddress, Known.MaxStream, uint.MaxValue, Known.MaxHash, uint.MaxValue, UInt128.MaxValue, uint.MaxValue, 999_999_999, uint.MaxValue, uint.MaxValue, Known.LargestKey),
        ]);
    }

    public static JsonObject Records()
    {
        static JsonObject Of(string name, PrivateKey key, Address payout, ulong price, ulong issued, ulong expires, Endpoint[] endpoints, CarriedTrack[] tracks)
        {
            var record = RelayRecord.Sign(key, payout, price, issued, expires, endpoints, tracks, Domains.RelayStaking);
            var endpointsList = List(body =>
            {
                body.U8((byte)endpoints.Length);
                foreach (var endpoint in endpoints)
                {
                    var url = Encoding.UTF8.GetBytes(endpoint.Url);
                    body.U8((byte)endpoint.Kind).U16((ushort)url.Length).Raw(url);
                }
            });
            var tracksList = List(body =>
            {
                body.U8((byte)tracks.Length);
                foreach (var track in tracks)
                {
                    body.Hash(track.Track.Stream.Value).U16(track.Track.Track).U32(track.OldestWindow).U32(track.NewestWindow);
                }
            });
            var message = new JsonObject
            {
                ["node"] = record.Node.ToString(),
                ["payout"] = payout.ToString(),
                ["price"] = price.ToString(),
                ["issued"] = issued.ToString(),
                ["expires"] = expires.ToString(),
                ["endpoints"] = Keccak256.Hash(endpointsList).ToString(),
                ["tracks"] = Keccak256.Hash(tracksList).ToString(),
            };
            var json = Case(name, message, record.StructHash(), record.Digest(Domains.RelayStaking), key);
            Assert.Equal(record.Signature.ToString(), json["signature"]!.GetValue<string>());
            json["endpointsList"] = Hex.Encode(endpointsList);
            json["tracksList"] = Hex.Encode(tracksList);
            json["frameBody"] = Hex.Encode(List(record.Write));
            return json;
        }

        return File("RelayRecord", RelayRecord.EipType, "relayStaking",
        [
            Of("a relay for nodes and browsers", Known.NodeKey, Known.Account("payout"), 10_000, 1_767_225_600_000, 1_767_225_690_000,
                [new Endpoint(EndpointKind.Tls, "tls://192.0.2.7:7400"), new Endpoint(EndpointKind.WebSocket, "wss://relay.example/clustercast")],
                [new CarriedTrack(new TrackKey(new StreamId(1), 480), 3, 33), new CarriedTrack(new TrackKey(new StreamId(2), 1080), 1, 1)]),
            Of("no track, a name outside ASCII", Known.NodeKey, default, 0, 0, 1, [new Endpoint(EndpointKind.WebSocket, "ws://grüße.example:80/clustercast")], []),
            Of("all maximal", Known.LargestKey, Known.MaxAddress, ulong.MaxValue, ulong.MaxValue - 90_000, ulong.MaxValue,
                [.. Enumerable.Range(0, 8).Select(i => new Endpoint(EndpointKind.Tls, "tls://" + new string((char)('a' + i), 1_013) + ":1234"))],
                [.. Enumerable.Range(0, 64).Select(i => new CarriedTrack(new TrackKey(Known.MaxStream, (ushort)(ushort.MaxValue - i)), uint.MaxValue, uint.MaxValue))]),
        ]);
    }

    private static byte[] List(Action<BodyWriter> write)
    {
        var output = new ArrayBufferWriter<byte>();
        write(new BodyWriter(output));
        return output.WrittenSpan.ToArray();
    }

    private static JsonObject File(string type, string encodeType, string domain, JsonObject[] cases) => new()
    {
        ["type"] = type,
        ["encodeType"] = encodeType,
        ["domain"] = domain,
        ["typeHash"] = Keccak256.Hash(Encoding.ASCII.GetBytes(encodeType)).ToString(),
        ["cases"] = new JsonArray(cases),
    };

    private static JsonObject Case(string name, JsonObject message, Hash32 structHash, Hash32 digest, PrivateKey key) => new()
    {
        ["name"] = name,
        ["message"] = message,
        ["structHash"] = structHash.ToString(),
        ["digest"] = digest.ToString(),
        ["privateKey"] = Hex.Encode(key.Export()),
        ["signer"] = key.Address.ToString(),
        ["signature"] = key.Sign(digest).ToString(),
    };
}
