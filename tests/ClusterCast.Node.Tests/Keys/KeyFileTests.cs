using ClusterCast.Node.Hosting;
using ClusterCast.Node.Keys;
using ClusterCast.Node.Tests.Support;
using ClusterCast.Protocol.Signing;

namespace ClusterCast.Node.Tests.Keys;

/// <summary>Tests of one class run one after another, and no other class sets the password variable.</summary>
public sealed class KeyFileTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public KeyFileTests() => SetPassword(null);

    private string File => _folder.File("node.json");

    public void Dispose()
    {
        SetPassword(null);
        _folder.Dispose();
    }

    [Fact]
    public void On_a_devnet_a_plain_key_is_made_once_and_opened_from_then_on()
    {
        var made = KeyFile.OpenOrCreate(File, devnet: true, SystemRandomSource.Instance);

        Assert.Equal(made.Export(), KeyFile.OpenOrCreate(File, devnet: true, SystemRandomSource.Instance).Export());
        Assert.Equal(made.Export(), KeyFile.Open(File, devnet: true).Export());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("password")]
    public void The_file_is_its_owners_only(string? password)
    {
        SetPassword(password);

        KeyFile.OpenOrCreate(File, devnet: true, SystemRandomSource.Instance);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, System.IO.File.GetUnixFileMode(File));
    }

    [Fact]
    public void With_a_password_the_file_is_encrypted()
    {
        SetPassword("correct horse");

        var made = KeyFile.OpenOrCreate(File, devnet: false, SystemRandomSource.Instance);

        Assert.DoesNotContain(Convert.ToHexStringLower(made.Export()), System.IO.File.ReadAllText(File));
        Assert.Equal(made.Export(), KeyFile.Open(File, devnet: false).Export());
    }

    [Fact]
    public void A_wrong_or_missing_password_is_one_sentence()
    {
        SetPassword("right");
        KeyFile.OpenOrCreate(File, devnet: false, SystemRandomSource.Instance);

        SetPassword("wrong");
        Sentence.Refused(ExitCode.Usage, () => KeyFile.Open(File, devnet: false), "password", File);
        SetPassword(null);
        Sentence.Refused(ExitCode.Usage, () => KeyFile.Open(File, devnet: true), File, KeyFile.PasswordVariable);
    }

    [Fact]
    public void Outside_a_devnet_no_plain_key_is_made_or_opened()
    {
        Sentence.Refused(ExitCode.Usage, () => KeyFile.OpenOrCreate(File, devnet: false, SystemRandomSource.Instance), KeyFile.PasswordVariable);
        Assert.False(System.IO.File.Exists(File));

        KeyFile.OpenOrCreate(File, devnet: true, SystemRandomSource.Instance);

        Sentence.Refused(ExitCode.Usage, () => KeyFile.Open(File, devnet: false), File, "not encrypted", "devnet only");
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("""{"privateKey":"0x12"}""")]
    [InlineData("""{"privateKey":"0x0000000000000000000000000000000000000000000000000000000000000000"}""")]
    [InlineData("""{"privateKey":7}""")]
    [InlineData("""{"privateKey":{}}""")]
    public void A_damaged_file_is_one_sentence(string text)
    {
        System.IO.File.WriteAllText(File, text);

        Sentence.Refused(ExitCode.Data, () => KeyFile.Open(File, devnet: true), File, "damaged");
    }

    [Fact]
    public void A_file_that_is_not_there_is_named() =>
        Sentence.Refused(ExitCode.Usage, () => KeyFile.Open(_folder.File("none.json"), devnet: true), _folder.File("none.json"), "not there");

    [Fact]
    public void A_folder_that_is_not_there_is_named_too() =>
        Sentence.Refused(ExitCode.Usage, () => KeyFile.Open(_folder.File("none/none.json"), devnet: true), "none/none.json", "not there");

    [Fact]
    public void Saving_never_overwrites_a_key()
    {
        var first = KeyFile.OpenOrCreate(File, devnet: true, SystemRandomSource.Instance);

        Assert.Throws<IOException>(() => KeyFile.Save(File, PrivateKey.Create(SystemRandomSource.Instance), devnet: true, SystemRandomSource.Instance));

        Assert.Equal(first.Export(), KeyFile.Open(File, devnet: true).Export());
    }

    private static void SetPassword(string? password) => Environment.SetEnvironmentVariable(KeyFile.PasswordVariable, password);
}
