using System.Net;
using Microsoft.AspNetCore.Http;

namespace ClusterCast.Node.Hosting;

/// <summary>Who may change a role over HTTP: programs of this machine. Web pages may not, wherever they come from: a browser names their origin with every request that
/// changes something.</summary>
internal static class Local
{
    /// <summary>Whether the request comes from a program of this machine.</summary>
    public static bool Allows(HttpContext http) =>
        http.Connection.RemoteIpAddress is { } address && IPAddress.IsLoopback(address) && !http.Request.Headers.ContainsKey("Origin");
}
