using ClusterCast.Node.Hosting;

namespace ClusterCast.Node.Tests.Hosting;

public sealed class ReadyLineTests
{
    [Fact]
    public void What_is_written_is_one_line_and_reads_back()
    {
        var output = new StringWriter { NewLine = "\n" };

        ReadyLine.Write(output, "relay", ("http", "http://127.0.0.1:1"), ("note", "a \"quoted\"\nname"));

        Assert.EndsWith("\n", output.ToString());
        var line = output.ToString().TrimEnd('\n');
        Assert.DoesNotContain('\n', line);
        var read = ReadyLine.Parse(line);
        Assert.NotNull(read);
        Assert.Equal("relay", read["ready"]);
        Assert.Equal("http://127.0.0.1:1", read["http"]);
        Assert.Equal("a \"quoted\"\nname", read["note"]);
        Assert.Equal(3, read.Count);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Listening")]
    [InlineData("{\"http\":\"x\"}")]
    [InlineData("{\"ready\":")]
    [InlineData("{\"ready\":{}}")]
    [InlineData(" {\"ready\":\"relay\"}")]
    public void Other_lines_are_none(string line) => Assert.Null(ReadyLine.Parse(line));
}
