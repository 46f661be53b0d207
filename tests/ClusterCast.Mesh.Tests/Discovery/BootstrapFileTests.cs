using ClusterCast.Mesh.Discovery;

namespace ClusterCast.Mesh.Tests.Discovery;

public sealed class BootstrapFileTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void What_is_written_is_read()
    {
        BootstrapPeer[] peers = [new(MeshWorld.Key(1).Address, "tls://127.0.0.1:1234"), new(null, "wss://relay.example/clustercast")];
        BootstrapFile.Write(_path, peers);
        Assert.Equal(peers, BootstrapFile.Read(_path));
    }

    [Theory]
    [InlineData("{", "not valid JSON")]
    [InlineData("{}", "has no list")]
    [InlineData("""{"peers":[{"url":"http://a"}]}""", "not a peer's address")]
    [InlineData("""{"peers":[{"url":"tls://noport"}]}""", "not a peer's address")]
    [InlineData("""{"peers":[{"node":"0x12","url":"tls://a:1"}]}""", "not a node id")]
    public void A_wrong_file_is_named_with_its_fault(string text, string fault)
    {
        File.WriteAllText(_path, text);
        var refusal = Assert.Throws<MeshException>(() => BootstrapFile.Read(_path));
        Assert.Contains(_path, refusal.Message);
        Assert.Contains(fault, refusal.Message);
    }

    [Fact]
    public void A_missing_file_is_named() => Assert.Contains("cannot be read", Assert.Throws<MeshException>(() => BootstrapFile.Read(_path + ".none")).Message);
}
