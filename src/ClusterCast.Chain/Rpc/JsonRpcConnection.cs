using System.Buffers;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;
using ClusterCast.Chain.Contracts;

namespace ClusterCast.Chain.Rpc;

/// <summary>JSON-RPC 2.0 over HTTP: one request, one bounded answer, every failure a <see cref="ChainException"/>.</summary>
internal sealed class JsonRpcConnection : IDisposable
{
    // A page of logs of 2,000 busy blocks stays below this.
    private const int MaxResponseBytes = 32 << 20;
    private const int RevertCode = 3;

    private readonly HttpClient _http;
    private readonly Uri _url;
    private readonly TimeSpan _timeout;
    private long _id;

    public JsonRpcConnection(Uri url, TimeSpan timeout)
    {
        _url = url;
        _timeout = timeout;
        var handler = new SocketsHttpHandler { ConnectTimeout = timeout, MaxConnectionsPerServer = 32, UseProxy = !url.IsLoopback };
        _http = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>The result of a method. The caller disposes the document.</summary>
    public async Task<JsonDocument> SendAsync(string method, JsonArray parameters, CancellationToken cancel)
    {
        var request = new JsonObject { ["jsonrpc"] = "2.0", ["id"] = Interlocked.Increment(ref _id), ["method"] = method, ["params"] = parameters };
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        deadline.CancelAfter(_timeout);
        try
        {
            using var content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(request));
            content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            using var message = new HttpRequestMessage(HttpMethod.Post, _url) { Content = content };
            using var response = await _http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, deadline.Token).ConfigureAwait(false);
            var document = await ReadAsync(response, deadline.Token).ConfigureAwait(false);
            ThrowOnError(document, method, (int)response.StatusCode);
            return document;
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new ChainException(
                ChainFault.Timeout, $"The Ethereum node at {_url} did not answer {method} within {_timeout.TotalSeconds:0.#} s.", "Check the node's load, or use another RPC URL.");
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new ChainException(
                ChainFault.NodeUnreachable, $"No Ethereum node answers at {_url}.", "Is it running? `clustercast devnet` starts one; --rpc sets another URL.", e);
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<JsonDocument> ReadAsync(HttpResponseMessage response, CancellationToken cancel)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(cancel).ConfigureAwait(false);
        var buffer = ArrayPool<byte>.Shared.Rent(16 << 10);
        var used = 0;
        try
        {
            while (true)
            {
                var read = await stream.ReadAsync(buffer.AsMemory(used), cancel).ConfigureAwait(false);
                if (read == 0)
                {
                    return Parse(buffer.AsSpan(0, used), (int)response.StatusCode);
                }

                used += read;
                if (used > MaxResponseBytes)
                {
                    throw Quantity.Bad($"more than {MaxResponseBytes >> 20} MiB");
                }

                if (used == buffer.Length)
                {
                    var larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
                    buffer.AsSpan(0, used).CopyTo(larger);
                    ArrayPool<byte>.Shared.Return(buffer);
                    buffer = larger;
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private JsonDocument Parse(ReadOnlySpan<byte> bytes, int status)
    {
        try
        {
            var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { MaxDepth = 32 });
            return JsonDocument.ParseValue(ref reader);
        }
        catch (JsonException e)
        {
            throw new ChainException(
                ChainFault.BadResponse, $"{_url} answered HTTP {status} with something that is not JSON.", "Check that the RPC URL is that of an Ethereum JSON-RPC node.", e);
        }
    }

    private void ThrowOnError(JsonDocument document, string method, int status)
    {
        try
        {
            var root = document.RootElement;
            if (Quantity.Optional(root, "error") is { } error)
            {
                throw Failure(error, method);
            }

            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("result", out _))
            {
                throw Quantity.Bad($"HTTP {status} and JSON without a result");
            }
        }
        catch
        {
            document.Dispose();
            throw;
        }
    }

    private ChainException Failure(JsonElement error, string method)
    {
        var code = Quantity.Optional(error, "code") is { ValueKind: JsonValueKind.Number } number && number.TryGetInt32(out var value) ? value : 0;
        var text = Quantity.Optional(error, "message") is { ValueKind: JsonValueKind.String } message ? message.GetString() : null;
        var data = Quantity.Optional(error, "data");

        // geth and anvil use code 3 for reverts; others put the revert data beside their own code.
        var revert = data is { ValueKind: JsonValueKind.String } hex && hex.GetString()!.StartsWith("0x", StringComparison.Ordinal) ? Quantity.Data(hex) : null;
        if (code == RevertCode || revert is { Length: >= 4 })
        {
            return ContractErrors.Explain(revert ?? []);
        }

        return new ChainException(
            ChainFault.RpcError, $"The Ethereum node refused {method}: {Sentence(text)} (code {code}).", "Check the values sent and the account's balance.")
        {
            RpcCode = code,
        };
    }

    // A node's text is shown, never believed: bounded and on one line.
    private static string Sentence(string? text)
    {
        var line = (text ?? "no reason given").ReplaceLineEndings(" ");
        return line.Length > 200 ? line[..200] : line.TrimEnd('.');
    }
}
