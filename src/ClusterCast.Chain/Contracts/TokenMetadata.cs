using System.Text;
using System.Text.Json;

namespace ClusterCast.Chain.Contracts;

/// <summary>ERC-721 metadata as StreamKeys writes it: JSON in a base64 data URI.</summary>
internal static class TokenMetadata
{
    private const string Prefix = "data:application/json;base64,";

    public static StreamInfo Parse(string uri)
    {
        try
        {
            if (uri.StartsWith(Prefix, StringComparison.Ordinal))
            {
                // Bytes of a title that are no UTF-8 become replacement characters instead of hiding the stream.
                var text = Encoding.UTF8.GetString(Convert.FromBase64String(uri[Prefix.Length..]));
                using var json = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 8 });
                var root = json.RootElement;
                var attributes = root.GetProperty("attributes").EnumerateArray().ToDictionary(item => item.GetProperty("trait_type").GetString()!, item => item.GetProperty("value"));
                return new StreamInfo(root.GetProperty("name").GetString() ?? "", attributes["category"].GetString() ?? "", attributes["maxViewers"].GetUInt32());
            }
        }
        catch (Exception e) when (e is FormatException or JsonException or InvalidOperationException or KeyNotFoundException or ArgumentException)
        {
            // Said below, as for a URI of another kind.
        }

        throw new ChainException(ChainFault.BadResponse, "The stream's metadata are not in the form of StreamKeys.", "Check that the deployments file belongs to this chain.");
    }
}
