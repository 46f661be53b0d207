using ClusterCast.Node.Configuration;
using ClusterCast.Node.Hosting;
using ClusterCast.Node.Tests.Support;

namespace ClusterCast.Node.Tests.Configuration;

public sealed class SettingsTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_defaults_are_the_manual_and_every_key_has_a_value_that_parses()
    {
        var settings = Given.Settings();

        Assert.Equal(10_000, settings.Number("relay:price"));
        Assert.Equal(50_000, settings.Number("till:faceValue"));
        Assert.Equal(TimeSpan.FromSeconds(60), settings.Seconds("till:hold"));
        Assert.Equal("127.0.0.1:1935", settings.Text("broadcast:rtmp"));
        Assert.False(settings.Switch("relay:faults"));
        Assert.Null(settings.Text("rpc"));
        Assert.Contains("// Status, metrics and health.", Settings.Manual());
    }

    [Fact]
    public void What_config_prints_loads_as_a_configuration_file()
    {
        var settings = Settings.Load(_folder.Write("clustercast.jsonc", Settings.Manual()), new Dictionary<string, string?>());

        Assert.Equal(1_000, settings.Number("relay:subscribers"));
    }

    [Fact]
    public void A_file_with_comments_lies_over_the_defaults()
    {
        var settings = Load("""
            {
              // Dearer than usual.
              "relay": { "price": 5000 /* micro-USDC */ },
            }
            """);

        Assert.Equal(5_000, settings.Number("relay:price"));
        Assert.Equal(1_000, settings.Number("relay:subscribers"));
    }

    [Fact]
    public void Environment_lies_over_the_file_and_flags_lie_over_the_environment()
    {
        const string Variable = "CLUSTERCAST_settingstests__layer";
        const string File = """{"settingstests":{"layer":"file"}}""";
        Assert.Equal("file", Load(File).Text("settingstests:layer"));
        Environment.SetEnvironmentVariable(Variable, "environment");
        try
        {
            Assert.Equal("environment", Load(File).Text("settingstests:layer"));
            Assert.Equal("flag", Load(File, ("settingstests:layer", "flag")).Text("settingstests:layer"));
        }
        finally
        {
            Environment.SetEnvironmentVariable(Variable, null);
        }
    }

    [Fact]
    public void With_changes_one_value_of_a_copy()
    {
        var settings = Given.Settings(("relay:price", "7"));

        Assert.Equal(8, settings.With("relay:price", "8").Number("relay:price"));
        Assert.Equal(7, settings.Number("relay:price"));
        Assert.Equal(50_000, settings.With("relay:price", "8").Number("till:faceValue"));
    }

    [Theory]
    [InlineData("twelve")]
    [InlineData("-1")]
    [InlineData("0.5")]
    [InlineData("101")]
    [InlineData("9223372036854775808")]
    public void A_number_out_of_range_is_refused_by_name(string value) =>
        Sentence.Refused(ExitCode.Usage, () => Given.Settings(("relay:price", value)).Number("relay:price", 0, 100), "'relay:price'", $"'{value}'", "0 to 100");

    [Theory]
    [InlineData("0")]
    [InlineData("100")]
    public void Both_ends_of_a_range_belong_to_it(string value) =>
        Assert.Equal(long.Parse(value), Given.Settings(("relay:price", value)).Number("relay:price", 0, 100));

    [Theory]
    [InlineData("soon")]
    [InlineData("-1")]
    [InlineData("NaN")]
    [InlineData("1e99")]
    public void Seconds_that_are_none_are_refused_by_name(string value) =>
        Sentence.Refused(ExitCode.Usage, () => Given.Settings(("till:hold", value)).Seconds("till:hold"), "'till:hold'", $"'{value}'");

    [Fact]
    public void Seconds_take_fractions() => Assert.Equal(TimeSpan.FromMilliseconds(250), Given.Settings(("till:hold", "0.25")).Seconds("till:hold"));

    [Fact]
    public void A_switch_that_is_neither_true_nor_false_is_refused_by_name() =>
        Sentence.Refused(ExitCode.Usage, () => Given.Settings(("relay:faults", "perhaps")).Switch("relay:faults"), "'relay:faults'", "true or false");

    [Fact]
    public void What_must_be_set_is_asked_for_with_its_remedy()
    {
        Sentence.Refused(ExitCode.Usage, () => Given.Settings().Required("rpc", "Give --rpc."), "'rpc' is not set", "Give --rpc.");
        Sentence.Refused(ExitCode.Usage, () => Given.Settings().Number("nothing:here"), "'nothing:here' is not set");
        Sentence.Refused(ExitCode.Usage, () => Given.Settings().Seconds("nothing:here"), "'nothing:here' is not set");
    }

    [Fact]
    public void A_missing_file_is_named_with_the_command_that_writes_one()
    {
        var file = _folder.File("none.jsonc");

        Sentence.Refused(ExitCode.Usage, () => Settings.Load(file, new Dictionary<string, string?>()), file, "clustercast config");
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[1]")]
    [InlineData("")]
    [InlineData("""{"a":1,"a":2}""")]
    public void A_file_that_is_not_a_JSON_object_is_refused(string text)
    {
        var file = _folder.Write("bad.jsonc", text);

        Sentence.Refused(ExitCode.Usage, () => Settings.Load(file, new Dictionary<string, string?>()), file, "not valid JSON");
    }

    private Settings Load(string text, params (string Key, string Value)[] flags) =>
        Settings.Load(_folder.Write("settings.jsonc", text), flags.ToDictionary(flag => flag.Key, flag => (string?)flag.Value));
}
