using System.Diagnostics;
using System.Net;
using ClusterCast.Mesh;
using ClusterCast.Mesh.Discovery;
using ClusterCast.Mesh.Publishing;
using ClusterCast.Mesh.Relaying;
using ClusterCast.Mesh.Subscribing;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;
using ClusterCast.Protocol.Windows;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Node.Bench;

/// <summary>What a viewer notices of the network, in milliseconds.</summary>
/// <param name="FirstPart">From Subscribe on a node that is connected to the first part.</param>
/// <param name="ColdFirstPart">From the start of a node that knows one address to the first part.</param>
/// <param name="Gap">The longest time between two parts when the parent failed; the parts' interval is part of it.</param>
/// <param name="PartsLost">Parts that never came: 0, or the failover is none.</param>
public sealed record FailoverRound(double FirstPart, double ColdFirstPart, double Gap, long PartsLost);

/// <summary>Three relays, a source and a viewer on loopback; the relay in use falls silent or goes away.</summary>
public sealed class FailoverBench : IAsyncDisposable
{
    private const int PartBytes = 12_000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TrackKey Track = new(new StreamId(1), 480);

    private readonly TimeSpan _partEvery;
    private readonly PrivateKey _signingKey = PrivateKey.Create(SystemRandomSource.Instance);
    private readonly Domains _domains = Domains.Of(31_337, Address.Zero, Address.Zero, Address.Zero);
    private readonly List<(MeshNode Node, Muzzle Muzzle)> _relays = [];
    private readonly List<MeshNode> _nodes = [];
    private readonly CancellationTokenSource _stop = new();
    private Task _source = Task.CompletedTask;

    private FailoverBench(TimeSpan partEvery) => _partEvery = partEvery;

    /// <summary>One failover. Throws <see cref="TimeoutException"/> when the stream does not come or does not go on.</summary>
    /// <param name="partEvery">Interval of the parts: 100 ms for the live profile, a frame for the mesh profile.</param>
    /// <param name="isSilent">Whether the relay in use stays connected and sends nothing more; else it goes away.</param>
    /// <param name="cancel">Ends the measurement.</param>
    public static async Task<FailoverRound> MeasureAsync(TimeSpan partEvery, bool isSilent, CancellationToken cancel = default)
    {
        await using var bench = new FailoverBench(partEvery);
        return await bench.RunAsync(isSilent, cancel).WaitAsync(Patience, cancel).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _source.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Task.WhenAll(_nodes.Select(node => node.DisposeAsync().AsTask())).ConfigureAwait(false);
        _stop.Dispose();
    }

    private async Task<FailoverRound> RunAsync(bool isSilent, CancellationToken cancel)
    {
        for (var i = 0; i < 3; i++)
        {
            var muzzle = new Muzzle();
            _relays.Add((Start(PeerRole.Relay, options => options with { TlsListen = new IPEndPoint(IPAddress.Loopback, 0), Fault = muzzle }), muzzle));
        }

        var broadcaster = Start(PeerRole.Broadcaster, options => options);
        await UntilAsync(() => broadcaster.Records.Count == _relays.Count, cancel).ConfigureAwait(false);
        _source = PublishAsync(broadcaster.Publish(Track, 1, _signingKey));
        await UntilAsync(() => _relays.TrueForAll(relay => relay.Node.Carried is [{ Path: not null }]), cancel).ConfigureAwait(false);

        var clock = Stopwatch.StartNew();
        var cold = Start(PeerRole.Viewer, options => options);
        await FirstAsync(cold.Subscribe(Track), cancel).ConfigureAwait(false);
        var coldFirst = clock.Elapsed;

        var viewer = Start(PeerRole.Viewer, options => options);
        await UntilAsync(() => viewer.Peers.Count == _relays.Count, cancel).ConfigureAwait(false);
        clock.Restart();
        var subscription = viewer.Subscribe(Track);
        await FirstAsync(subscription, cancel).ConfigureAwait(false);
        var first = clock.Elapsed;
        var gap = await FailAsync(subscription, isSilent, cancel).ConfigureAwait(false);
        return new FailoverRound(first.TotalMilliseconds, coldFirst.TotalMilliseconds, gap.TotalMilliseconds, subscription.Statistics.PartsLost);
    }

    // The longest gap from a second before the failure to two seconds of flow after it.
    private async Task<TimeSpan> FailAsync(TrackSubscription subscription, bool isSilent, CancellationToken cancel)
    {
        var before = (int)(TimeSpan.FromSeconds(1) / _partEvery);
        var after = (int)(TimeSpan.FromSeconds(2) / _partEvery);
        var ending = Task.CompletedTask;
        var longest = TimeSpan.Zero;
        for (var part = 0; part < before; part++)
        {
            await FirstAsync(subscription, cancel).ConfigureAwait(false);
        }

        var relay = subscription.Statistics.Relay;
        var (node, muzzle) = _relays.Find(r => r.Node.NodeId == relay);
        if (isSilent)
        {
            muzzle.IsOn = true;
        }
        else
        {
            ending = node.DisposeAsync().AsTask();
        }

        var clock = Stopwatch.StartNew();
        for (var part = 0; part < after || subscription.Statistics.Relay == relay; part++)
        {
            await FirstAsync(subscription, cancel).ConfigureAwait(false);
            longest = clock.Elapsed > longest ? clock.Elapsed : longest;
            clock.Restart();
        }

        await ending.ConfigureAwait(false);
        return longest;
    }

    private MeshNode Start(PeerRole role, Func<MeshOptions, MeshOptions> change)
    {
        var node = new MeshNode(change(new MeshOptions
        {
            Role = role,
            NodeKey = PrivateKey.Create(SystemRandomSource.Instance),
            Domains = _domains,
            SigningKeys = new OneKey(_signingKey.Address),
            BootstrapPeers = [.. _relays.Take(1).Select(relay => new BootstrapPeer(relay.Node.NodeId, $"tls://{relay.Node.TlsEndpoint}"))],
        }));
        _nodes.Add(node);
        node.Start();
        return node;
    }

    private async Task PublishAsync(Publisher publisher)
    {
        using var timer = new PeriodicTimer(_partEvery);
        var perWindow = (int)Math.Max(1, TimeSpan.FromSeconds(2) / _partEvery);
        var bytes = new byte[PartBytes];
        publisher.SetInit("init"u8);
        for (var part = 0; ; part++)
        {
            Random.Shared.NextBytes(bytes);
            publisher.AddPart(bytes, (ulong)DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(), part % perWindow == 0);
            await timer.WaitForNextTickAsync(_stop.Token).ConfigureAwait(false);
        }
    }

    private static async Task FirstAsync(TrackSubscription subscription, CancellationToken cancel) =>
        await subscription.Parts.ReadAsync(cancel).ConfigureAwait(false);

    private static async Task UntilAsync(Func<bool> condition, CancellationToken cancel)
    {
        while (!condition())
        {
            await Task.Delay(10, cancel).ConfigureAwait(false);
        }
    }

    private sealed class OneKey(Address known) : ISigningKeys
    {
        public bool IsSigningKey(StreamId stream, Address key, ulong timeMs) => key == known;
    }

    private sealed class Muzzle : IServingFault
    {
        public volatile bool IsOn;

        public bool OnLeaf(TrackKey track, uint window, ushort part, int leaf, Span<byte> copy) => !IsOn;
    }
}
