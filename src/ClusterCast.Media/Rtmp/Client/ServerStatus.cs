using ClusterCast.Media.Rtmp.Amf;

namespace ClusterCast.Media.Rtmp.Client;

/// <summary>Turns a server's refusals into failures that say what to do. Platforms use one code for several causes, so the words count too.</summary>
internal static class ServerStatus
{
    private static readonly string[] InUse = ["already", "in use", "busy", "duplicate", "publishes with this"];
    private static readonly string[] Key = ["key", "auth", "denied", "forbidden", "not allowed", "unauthor", "permission", "token", "credential", "no stream", "not found"];

    /// <summary>The refusal of connect.</summary>
    public static MediaException ConnectRefused(AmfObject? status)
    {
        var (code, words) = Read(status);
        return words.Contains("authmod", StringComparison.OrdinalIgnoreCase)
            ? new MediaException(MediaFault.PublishRefused, "it asks for a user name and a password, which are not carried; use a URL with a key")
            : new MediaException(MediaFault.PublishRefused, $"it refuses the application ({Said(code, words)}); check the part of the URL before the key");
    }

    /// <summary>The refusal of createStream.</summary>
    public static MediaException StreamRefused(AmfObject? status)
    {
        var (code, words) = Read(status);
        return new MediaException(MediaFault.PublishRefused, $"it gives no stream to publish in ({Said(code, words)}); look at the platform's live page");
    }

    /// <summary>The failure that an onStatus means; null when it means none. True <paramref name="start"/> says that publishing may begin.</summary>
    public static MediaException? Publish(AmfObject? status, out bool start)
    {
        var (code, words) = Read(status);
        start = code == "NetStream.Publish.Start";
        if (start) return null;
        if (code is "NetStream.Unpublish.Success" or "NetConnection.Connect.Closed" or "NetStream.Publish.Idle")
            return new MediaException(MediaFault.Disconnected, $"it ended the broadcast ({Said(code, words)})");
        if (status?.Get<string>("level") != "error") return null;
        if (Any(words, InUse)) return new MediaException(MediaFault.NameInUse,
            $"somebody publishes with this key already ({Said(code, words)}); stop the other encoder, or wait if it was this one");
        if (code is "NetStream.Publish.BadName" or "NetStream.Publish.Denied" or "NetStream.Publish.Unauthorized" or "NetStream.Authenticate.Failed" || Any(words, Key))
            return new MediaException(MediaFault.KeyRefused, $"it does not take this key ({Said(code, words)}); copy the key anew from the platform's live page");
        return new MediaException(MediaFault.PublishRefused, $"it refuses the broadcast ({Said(code, words)}); look at the platform's live page");
    }

    private static (string Code, string Words) Read(AmfObject? status) =>
        (Printable(status?.Get<string>("code") ?? ""), Printable(status?.Get<string>("description") ?? status?.Get<string>("details") ?? ""));

    private static string Said(string code, string words) => words.Length > 0 ? words.TrimEnd('.') : code.Length > 0 ? code : "without a reason";

    private static bool Any(string words, string[] parts) => parts.Any(part => words.Contains(part, StringComparison.OrdinalIgnoreCase));

    private static string Printable(string text) => string.Concat(text.Take(200).Where(c => c is >= ' ' and not '\x7f'));
}
