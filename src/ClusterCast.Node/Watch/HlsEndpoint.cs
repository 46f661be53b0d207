using ClusterCast.Media.Hls;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace ClusterCast.Node.Watch;

/// <summary>Standard HLS (RFC 8216) at <c>/hls/stream.m3u8</c>, for any player.</summary>
internal static class HlsEndpoint
{
    /// <summary>Adds the routes.</summary>
    public static void Map(WebApplication app, HlsWindow window)
    {
        app.MapGet("/hls/stream.m3u8", (HttpContext http) =>
        {
            Allow(http);
            http.Response.Headers.CacheControl = "no-cache";
            return window.Playlist() is { } playlist
                ? Results.Text(playlist, "application/vnd.apple.mpegurl")
                : Results.Text("The first segment is not complete yet.\n", statusCode: StatusCodes.Status503ServiceUnavailable);
        });
        app.MapGet("/hls/{file}", (HttpContext http, string file) =>
        {
            Allow(http);
            return window.File(file) is { } bytes ? Results.Bytes(bytes, "video/mp4") : Results.NotFound();
        });
    }

    // Web players run on pages of other origins; what is served here is public to whoever reaches the port.
    private static void Allow(HttpContext http) => http.Response.Headers.AccessControlAllowOrigin = "*";
}
