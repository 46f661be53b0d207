using ClusterCast.Chain.Devnet;

namespace ClusterCast.Chain.Tests.Devnet;

public sealed class AnvilBinaryTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("clustercast-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_variable_comes_first_then_the_folders_above_then_the_path()
    {
        var named = Touch("named");
        var above = Touch("contracts", "node_modules", ".bin", "anvil");
        Touch("bin", "anvil");
        var path = Path.Combine(_folder, "bin");
        var deep = Directory.CreateDirectory(Path.Combine(_folder, "src", "deep")).FullName;
        Assert.Equal(named, AnvilBinary.Find(named, [deep], path));
        Assert.Equal(above, AnvilBinary.Find(null, [path, deep], path));
        Assert.Equal(Path.Combine(path, "anvil"), AnvilBinary.Find("", [Path.GetTempPath()], $"/nowhere:{path}"));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("/nowhere/anvil")]
    public void A_missing_binary_has_its_remedy(string? named)
    {
        var e = Assert.Throws<ChainException>(() => AnvilBinary.Find(named, [Path.GetTempPath()], null));
        Assert.Equal(ChainFault.AnvilMissing, e.Fault);
        Assert.Contains("make install", e.Remedy, StringComparison.Ordinal);
    }

    private string Touch(params string[] parts)
    {
        var path = Path.Combine([_folder, .. parts]);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, "");
        return path;
    }
}
