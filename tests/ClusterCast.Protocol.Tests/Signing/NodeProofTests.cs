using ClusterCast.Protocol.Signing;
using ClusterCast.Protocol.Tests.Vectors;

namespace ClusterCast.Protocol.Tests.Signing;

public sealed class NodeProofTests
{
    [Fact]
    public void Only_the_node_itself_proves()
    {
        var domain = Known.Domains.RelayStaking;
        var proof = new NodeProof(Known.NodeKey.Address, NodeProof.HelloChallenge(Known.Hash("nonce")));
        Assert.True(proof.IsSignedBy(Known.NodeKey.Sign(proof.Digest(domain)), domain));
        Assert.False(proof.IsSignedBy(Known.ViewingKey.Sign(proof.Digest(domain)), domain));
        Assert.False(proof.IsSignedBy(Known.NodeKey.Sign(proof.Digest(Known.Domains.StreamKeys)), domain));
        Assert.False(proof.IsSignedBy(default, domain));
        Assert.False((proof with { Challenge = NodeProof.TlsChallenge(Known.Hash("nonce").Span) }).IsSignedBy(Known.NodeKey.Sign(proof.Digest(domain)), domain));
    }
}
