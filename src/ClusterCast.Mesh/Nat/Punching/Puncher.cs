using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Threading.Channels;
using ClusterCast.Mesh.Discovery;
using ClusterCast.Mesh.Transports;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh.Nat.Punching;

/// <summary>The side that dials: one attempt of a second at a relay that only a punch can reach.</summary>
internal sealed class Puncher(Connector connector, TimeProvider time, IRandomSource random)
{
    private const int MostDials = 4;

    // QUIC itself would repeat a lost first packet only after a second: a fresh dial costs less.
    private static readonly TimeSpan[] Gaps = [TimeSpan.FromMilliseconds(15), TimeSpan.FromMilliseconds(200), TimeSpan.FromMilliseconds(300)];
    private static readonly TimeSpan AnswerBound = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan PunchBound = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<ulong, Attempt> _attempts = [];

    /// <summary>A connection to the node; null when the attempt has failed.</summary>
    /// <param name="coordinator">A relay that both are connected to by QUIC.</param>
    /// <param name="node">The relay to reach.</param>
    /// <param name="cancel">Gives up.</param>
    public async Task<PeerConnection?> PunchAsync(PeerConnection coordinator, Address node, CancellationToken cancel)
    {
        if (connector.Quic.Endpoint is not { } endpoint)
        {
            return null;
        }

        endpoint.Raw = OnRaw;
        var attempt = new Attempt();
        var token = Token();
        _attempts[token] = attempt;
        try
        {
            coordinator.Send(new PunchRequest(token, node));
            if (await attempt.Go.Task.WaitAsync(AnswerBound, time, cancel) is not { } go)
            {
                return null;
            }

            var target = go.Seen.ToEndPoint();
            attempt.Target = target.Address;
            await Task.Delay(TimeSpan.FromMicroseconds(Math.Min(go.StartMicros, 1_000_000)), time, cancel);
            endpoint.TrySendRaw(target, PunchPacket.Create(token));
            return await DialAsync(attempt, target, node, cancel);
        }
        catch (TimeoutException)
        {
            return null;
        }
        finally
        {
            _attempts.TryRemove(token, out _);
        }
    }

    /// <summary>The coordinator says where and when.</summary>
    public void OnGo(in PunchGo go)
    {
        if (_attempts.TryGetValue(go.Token, out var attempt))
        {
            attempt.Go.TrySetResult(go);
        }
    }

    /// <summary>The coordinator does not arrange it.</summary>
    public void OnRefused(in PunchRefused refused)
    {
        if (_attempts.TryGetValue(refused.Token, out var attempt))
        {
            attempt.Go.TrySetResult(null);
        }
    }

    // A symmetric NAT sends from another port than the coordinator sees; the packet that opens it tells which.
    private void OnRaw(IPEndPoint from, ReadOnlySpan<byte> datagram)
    {
        if (PunchPacket.Token(datagram) is { } token && _attempts.TryGetValue(token, out var attempt) && NetAddresses.Plain(from.Address).Equals(attempt.Target))
        {
            attempt.Heard.Writer.TryWrite(from);
        }
    }

    private async Task<PeerConnection?> DialAsync(Attempt attempt, IPEndPoint target, Address node, CancellationToken cancel)
    {
        using var bound = new CancellationTokenSource(PunchBound, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, bound.Token);
        var won = new TaskCompletionSource<PeerConnection?>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var over = either.Token.Register(() => won.TrySetResult(null));
        var dials = new List<Task> { DialAgainAsync(target, node, won, either.Token), DialHeardAsync(attempt, target, node, won, either.Token) };
        var peer = await won.Task;
        await either.CancelAsync();
        await Task.WhenAll(dials);
        cancel.ThrowIfCancellationRequested();
        return peer;
    }

    private async Task DialAgainAsync(IPEndPoint target, Address node, TaskCompletionSource<PeerConnection?> won, CancellationToken cancel)
    {
        var dials = new List<Task>();
        foreach (var gap in Gaps)
        {
            await Task.Delay(gap, time, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!cancel.IsCancellationRequested)
            {
                dials.Add(TryDialAsync(target, node, won, cancel));
            }
        }

        await Task.WhenAll(dials);
    }

    private async Task DialHeardAsync(Attempt attempt, IPEndPoint target, Address node, TaskCompletionSource<PeerConnection?> won, CancellationToken cancel)
    {
        var tried = new HashSet<int> { target.Port };
        var dials = new List<Task>();
        try
        {
            while (tried.Count <= MostDials)
            {
                var from = await attempt.Heard.Reader.ReadAsync(cancel);
                if (tried.Add(from.Port))
                {
                    dials.Add(TryDialAsync(from, node, won, cancel));
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Decided.
        }

        await Task.WhenAll(dials);
    }

    private async Task TryDialAsync(IPEndPoint to, Address node, TaskCompletionSource<PeerConnection?> won, CancellationToken cancel)
    {
        try
        {
            var peer = await connector.DialAsync(new DialAddress(EndpointKind.Quic, new Uri($"quic://{to}")), node, cancel);
            if (!won.TrySetResult(peer))
            {
                peer.Close(GoodbyeCode.ShuttingDown, "Another dial was faster.");
            }
        }
        catch (Exception e) when (e is MeshException or OperationCanceledException)
        {
            // The others go on.
        }
    }

    private ulong Token()
    {
        Span<byte> bytes = stackalloc byte[8];
        random.Fill(bytes);
        return BinaryPrimitives.ReadUInt64BigEndian(bytes);
    }

    private sealed class Attempt
    {
        public TaskCompletionSource<PunchGo?> Go { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Channel<IPEndPoint> Heard { get; } = Channel.CreateBounded<IPEndPoint>(new BoundedChannelOptions(8) { FullMode = BoundedChannelFullMode.DropWrite });

        public volatile IPAddress? Target;
    }
}
