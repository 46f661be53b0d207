using System.Net;

namespace ClusterCast.Node.Hosting;

/// <summary>Addresses in the configuration: <c>127.0.0.1:8080</c>, <c>[::]:443</c>, or a port alone for loopback.</summary>
public static class Endpoints
{
    /// <summary>Parses an address. Throws <see cref="NodeException"/> with an example.</summary>
    public static IPEndPoint Parse(string text)
    {
        if (ushort.TryParse(text, out var port))
        {
            return new IPEndPoint(IPAddress.Loopback, port);
        }

        return IPEndPoint.TryParse(text, out var endPoint) && text.Contains(':', StringComparison.Ordinal)
            ? endPoint
            : throw new NodeException($"'{text}' is not an address to listen on. Write it like 127.0.0.1:8080 or 0.0.0.0:8080.", ExitCode.Usage);
    }
}
