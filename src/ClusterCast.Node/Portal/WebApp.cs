using System.Collections.Frozen;
using ClusterCast.Node.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.StaticFiles;

namespace ClusterCast.Node.Portal;

/// <summary>The built web app, carried in this assembly.</summary>
internal static class WebApp
{
    private const string Prefix = "web/";

    // Wallets and relays live at addresses that are known at run time only, so connections stay open; scripts do not.
    private const string Policy =
        "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; media-src 'self' blob:; worker-src 'self' blob:; connect-src 'self' http: https: ws: wss:; frame-ancestors 'none'; base-uri 'none'";

    private static readonly FrozenDictionary<string, string> Files = typeof(WebApp).Assembly.GetManifestResourceNames()
        .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
        .ToFrozenDictionary(name => "/" + name[Prefix.Length..].Replace('\\', '/'));

    /// <summary>Serves the files; paths of the app itself (<c>/</c>, <c>/watch/1</c>) get its page.</summary>
    /// <exception cref="NodeException">The app was not built into this binary.</exception>
    public static void Map(WebApplication app)
    {
        if (!Files.ContainsKey("/index.html"))
        {
            throw new NodeException("The web app is not part of this binary. Build it with: make build");
        }

        var types = new FileExtensionContentTypeProvider();
        app.MapFallback("{*path}", async http =>
        {
            var path = http.Request.Path.Value ?? "/";
            if (!Files.TryGetValue(path, out var name))
            {
                if (Path.HasExtension(path))
                {
                    http.Response.StatusCode = StatusCodes.Status404NotFound;
                    return;
                }

                name = Files["/index.html"];
                Preload(http.Response, path);
            }

            var headers = http.Response.Headers;
            headers.ContentSecurityPolicy = Policy;
            headers.XContentTypeOptions = "nosniff";
            headers["Referrer-Policy"] = "no-referrer";

            // Vite names every file but the page after its content.
            headers.CacheControl = path.StartsWith("/assets/", StringComparison.Ordinal) ? "public, max-age=31536000, immutable" : "no-cache";
            http.Response.ContentType = types.TryGetContentType(name, out var type) ? type : "application/octet-stream";
            await using var file = typeof(WebApp).Assembly.GetManifestResourceStream(name)!;
            await file.CopyToAsync(http.Response.Body, http.RequestAborted).ConfigureAwait(false);
        });
    }

    // The page of a stream asks for these first; the browser does so before the page's script has come (RFC 8288, HTML "preload").
    private static void Preload(HttpResponse response, string path)
    {
        if (path.Split('/') is ["", "watch", var stream, ..] && stream.Length is > 0 and <= 78 && stream.All(char.IsAsciiDigit))
        {
            response.Headers.Append("Link", $"</api/streams/{stream}/relays>; rel=preload; as=fetch; crossorigin=anonymous, </api/streams/{stream}>; rel=preload; as=fetch; crossorigin=anonymous");
        }
    }
}
