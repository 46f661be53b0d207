using ClusterCast.Mesh.Transports.WebTransport.Qpack;

namespace ClusterCast.Mesh.Transports.WebTransport.Http3;

/// <summary>The head of a request (RFC 9114 §4.3.1, RFC 9220).</summary>
internal sealed record Request
{
    private Request()
    {
    }

    /// <summary>The method.</summary>
    public required string Method { get; init; }

    /// <summary>The path with its query; null in a plain CONNECT.</summary>
    public required string? Path { get; init; }

    /// <summary>What an extended CONNECT asks for; null in every other request.</summary>
    public required string? Protocol { get; init; }

    /// <summary>Whether the client speaks draft 2 of WebTransport, which wants its name in the answer.</summary>
    public required bool IsDraft02 { get; init; }

    /// <summary>Reads a field section; null when it is no request that HTTP/3 allows.</summary>
    public static Request? From(IReadOnlyList<Field> fields)
    {
        var pseudo = new Dictionary<string, string>();
        var draft02 = false;
        var regular = false;
        foreach (var (name, value) in fields)
        {
            if (name.StartsWith(':'))
            {
                if (regular || name is not (":method" or ":scheme" or ":authority" or ":path" or ":protocol") || !pseudo.TryAdd(name, value))
                {
                    return null;
                }

                continue;
            }

            regular = true;
            if (!IsAllowed(name, value))
            {
                return null;
            }

            draft02 |= name == "sec-webtransport-http3-draft02" && value == "1";
        }

        var method = pseudo.GetValueOrDefault(":method", "");
        var plainConnect = method == "CONNECT" && !pseudo.ContainsKey(":protocol");
        var complete = plainConnect
            ? pseudo.ContainsKey(":authority") && !pseudo.ContainsKey(":scheme") && !pseudo.ContainsKey(":path")
            : pseudo.GetValueOrDefault(":scheme") == "https" && pseudo.GetValueOrDefault(":path") is ['/', ..] && pseudo.GetValueOrDefault(":authority") is { Length: > 0 };
        return method.Length == 0 || !complete || (pseudo.ContainsKey(":protocol") && method != "CONNECT") ? null : new Request
        {
            Method = method,
            Path = pseudo.GetValueOrDefault(":path"),
            Protocol = pseudo.GetValueOrDefault(":protocol"),
            IsDraft02 = draft02,
        };
    }

    // RFC 9114 §4.2: lower case, no field of a connection, no control characters.
    private static bool IsAllowed(string name, string value) =>
        name.Length > 0 && name.All(c => c is > ' ' and < '\x7f' and not (>= 'A' and <= 'Z') and not ':')
        && value.All(c => c is '\t' or (>= ' ' and not '\x7f'))
        && name is not ("connection" or "keep-alive" or "proxy-connection" or "transfer-encoding" or "upgrade")
        && (name != "te" || value == "trailers");
}
