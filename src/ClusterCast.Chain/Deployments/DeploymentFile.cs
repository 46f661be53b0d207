using System.Text.Json;
using System.Text.Json.Serialization;
using ClusterCast.Protocol.Identifiers;

namespace ClusterCast.Chain.Deployments;

/// <summary>The deployments file: JSON in camel case, addresses in hex. The portal serves the same text to the browser.</summary>
public static class DeploymentFile
{
    private const long MaxBytes = 1 << 20;

    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        Converters = { new AddressConverter() },
    };

    /// <summary>The JSON text of a deployment.</summary>
    public static string ToJson(Deployment deployment) => JsonSerializer.Serialize(deployment, Options);

    /// <summary>Reads a text. Throws <see cref="ChainException"/> with <see cref="ChainFault.BadDeployment"/>.</summary>
    public static Deployment Parse(string json, string name = "deployments file")
    {
        try
        {
            return JsonSerializer.Deserialize<Deployment>(json, Options) ?? throw new JsonException("it holds null");
        }
        catch (Exception e) when (e is JsonException or NotSupportedException)
        {
            throw new ChainException(ChainFault.BadDeployment, $"{name} is not a deployments file: {FirstLine(e.Message)}.", "`clustercast devnet` writes one.", e);
        }
    }

    /// <summary>Reads a file. Throws <see cref="ChainException"/> with <see cref="ChainFault.BadDeployment"/>.</summary>
    public static Deployment Load(string path)
    {
        try
        {
            return new FileInfo(path).Length <= MaxBytes
                ? Parse(File.ReadAllText(path), path)
                : throw new ChainException(ChainFault.BadDeployment, $"{path} is larger than {MaxBytes >> 20} MiB.", "`clustercast devnet` writes a deployments file.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ChainException(ChainFault.BadDeployment, $"The deployments file {path} cannot be read.", "`clustercast devnet` writes one; --deployments names another.", e);
        }
    }

    /// <summary>Writes a file at once, so that no reader sees a part of it. Creates its folder.</summary>
    public static void Save(Deployment deployment, string path)
    {
        var full = Path.GetFullPath(path);
        var part = $"{full}.{Environment.ProcessId}.part";
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(full)!);
            File.WriteAllText(part, ToJson(deployment) + "\n");
            File.Move(part, full, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ChainException(ChainFault.BadDeployment, $"The deployments file {path} cannot be written.", "Give a path in a folder that you may write to.", e);
        }
    }

    private static string FirstLine(string text) => text.ReplaceLineEndings(" ").TrimEnd('.');

    private sealed class AddressConverter : JsonConverter<Address>
    {
        public override Address Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.String && Address.TryParse(reader.GetString(), out var address)
                ? address
                : throw new JsonException("an address is 0x and 40 hex digits");

        public override void Write(Utf8JsonWriter writer, Address value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
    }
}
