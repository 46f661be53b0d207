using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace ClusterCast.Protocol.Tests.Architecture;

/// <summary>Floors only look down, and the lowest one is pure.</summary>
public sealed partial class FloorsTests
{
    private static readonly Dictionary<string, int> Floors = new()
    {
        ["ClusterCast.Protocol"] = 1,
        ["ClusterCast.Media"] = 2,
        ["ClusterCast.Mesh"] = 2,
        ["ClusterCast.Chain"] = 2,
        ["ClusterCast.Payments"] = 3,
        ["ClusterCast.Node"] = 4,
        ["ClusterCast.Cli"] = 5,
    };

    private static readonly string Source = Path.Combine(Repository.Root, "src");

    public static TheoryData<string> Projects => [.. Directory.GetFiles(Source, "*.csproj", SearchOption.AllDirectories).Select(f => Path.GetFileNameWithoutExtension(f))];

    [Fact]
    public void Every_project_has_its_floor() => Assert.Equal(Floors.Keys.Order(), Projects.Select(p => p.Data).Order());

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_refers_only_to_floors_below_it(string project)
    {
        var references = XDocument.Load(Path.Combine(Source, project, project + ".csproj")).Descendants()
            .Where(e => e.Name.LocalName == "ProjectReference")
            .Select(e => e.Attribute("Include")!.Value.Replace('\\', '/'))
            .ToArray();
        foreach (var reference in references)
        {
            var name = Path.GetFileNameWithoutExtension(reference);
            Assert.Equal($"../{name}/{name}.csproj", reference);
            Assert.True(Floors[name] < Floors[project], $"{project} (floor {Floors[project]}) refers to {name} (floor {Floors[name]}).");
        }
    }

    [Fact]
    public void The_lowest_floor_refers_to_nothing()
    {
        var project = XDocument.Load(Path.Combine(Source, "ClusterCast.Protocol", "ClusterCast.Protocol.csproj"));
        Assert.DoesNotContain(project.Descendants(), e => e.Name.LocalName is "ProjectReference" or "PackageReference" or "FrameworkReference" or "Reference");
    }

    [Fact]
    public void The_lowest_floor_has_no_io_clock_thread_or_log()
    {
        foreach (var (path, text) in Sources("ClusterCast.Protocol"))
        {
            var impure = Impure().Match(text);
            Assert.False(impure.Success, $"{path} uses {impure.Value}.");
        }
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_namespace_is_its_folder(string project)
    {
        foreach (var (path, text) in Sources(project))
        {
            var match = Namespace().Match(text);
            if (match.Success && match.Groups[1].Value is var name)
            {
                Assert.True(name == project || name.StartsWith(project + ".", StringComparison.Ordinal), $"{path} declares {name}.");
            }
        }
    }

    [Theory]
    [InlineData("System.Net.Sockets.Socket s")]
    [InlineData("File.ReadAllText(p)")]
    [InlineData("var t = DateTime.UtcNow;")]
    [InlineData("Stopwatch.StartNew()")]
    [InlineData("ILogger<Frame> log")]
    [InlineData("await Task.Delay(1)")]
    public void The_search_for_impure_code_finds_it(string code) => Assert.Matches(Impure(), code);

    private static IEnumerable<(string Path, string Text)> Sources(string project) => Directory
        .EnumerateFiles(Path.Combine(Source, project), "*.cs", SearchOption.AllDirectories)
        .Select(path => (Path: Path.GetRelativePath(Source, path), Full: path))
        .Where(f => !f.Path.Split(Path.DirectorySeparatorChar).Any(folder => folder is "bin" or "obj"))
        .Select(f => (f.Path, File.ReadAllText(f.Full)));

    [GeneratedRegex(@"\bSystem\.(Net|IO|Threading|Diagnostics)\b(?!\.CodeAnalysis)|\b(File|Directory|Stopwatch|Socket|HttpClient|Task|Thread|Console|Environment|FileStream|StreamReader|TimeProvider)(\.|<|\()|\bDateTime(Offset)?\.(Utc)?Now\b|\bILogger\b|\bRandom\.Shared\b")]
    private static partial Regex Impure();

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Namespace();
}
