using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh.Transports;

/// <summary>What a node tells every peer of itself.</summary>
internal sealed record NodeIdentity(PrivateKey Key, PeerRole Role, Domains Domains, IRandomSource Random)
{
    /// <summary>The node id.</summary>
    public Address Node => Key.Address;

    /// <summary>EIP-155 chain id of the deployment.</summary>
    public ulong ChainId => Domains.RelayStaking.ChainId;
}

/// <summary>A handshake that ends the connection with this Goodbye.</summary>
internal sealed class HandshakeException(GoodbyeCode code, string message) : Exception(message)
{
    /// <summary>The code to send.</summary>
    public GoodbyeCode Code { get; } = code;
}

/// <summary>Hello and Welcome of one connection (spec/wire.md).</summary>
internal sealed class Handshake(NodeIdentity own, Address? provenByTransport, Address? expected)
{
    private const ushort Version = 1;

    private Hash32 _nonce;

    /// <summary>The Hello of the dialing side.</summary>
    public Hello CreateHello()
    {
        Span<byte> nonce = stackalloc byte[Hash32.Size];
        own.Random.Fill(nonce);
        _nonce = Hash32.From(nonce);
        return new Hello(Version, own.Role, own.ChainId, _nonce);
    }

    /// <summary>Answers a Hello. Throws <see cref="HandshakeException"/> or <see cref="WireException"/>.</summary>
    public Welcome Accept(in Hello hello)
    {
        Check(hello.Version);
        if (hello.ChainId != own.ChainId)
        {
            throw new HandshakeException(GoodbyeCode.WrongChain, $"This node works with chain {own.ChainId}, not with {hello.ChainId}.");
        }

        if (hello.Role > PeerRole.Edge)
        {
            throw new WireException($"{(byte)hello.Role} is no role.");
        }

        var proof = new NodeProof(own.Node, NodeProof.HelloChallenge(hello.Nonce));
        return new Welcome(Version, own.Node, own.Key.Sign(proof.Digest(own.Domains.RelayStaking)));
    }

    /// <summary>Checks the Welcome and returns the proven node id. Throws <see cref="HandshakeException"/>.</summary>
    public Address Verify(in Welcome welcome)
    {
        Check(welcome.Version);
        var proof = new NodeProof(welcome.Node, NodeProof.HelloChallenge(_nonce));
        if (!proof.IsSignedBy(welcome.Proof, own.Domains.RelayStaking)
            || (provenByTransport is { } proven && proven != welcome.Node)
            || (expected is { } wanted && wanted != welcome.Node))
        {
            throw new HandshakeException(GoodbyeCode.ProtocolError, $"The peer does not prove that it is {expected ?? welcome.Node}.");
        }

        return welcome.Node;
    }

    private static void Check(ushort version)
    {
        if (version != Version)
        {
            throw new HandshakeException(GoodbyeCode.Version, $"Version {version} is not supported; this node speaks version {Version}.");
        }
    }
}
