using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using ClusterCast.Mesh.Publishing;
using ClusterCast.Mesh.Subscribing;

namespace ClusterCast.Mesh.Tests.Tree;

/// <summary>
/// Relays that are killed and started again, a live source, and viewers that check every part. A part's bytes follow from its number, so that nothing has to be
/// remembered however long it runs.
/// </summary>
internal sealed class ChurningMesh : IAsyncDisposable
{
    private const byte FirstRelay = 1;
    private const byte Broadcaster = 100;
    private const byte FirstViewer = 120;
    private const int PartBytes = 3_000;
    private const int PartsPerWindow = 25;
    private static readonly TimeSpan Buffer = TimeSpan.FromSeconds(1);

    private readonly MeshWorld _world = new();
    private readonly Dictionary<byte, MeshNode?> _relays = [];
    private readonly Dictionary<byte, int> _peers = [];
    private readonly List<TrackSubscription> _viewers = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _watching = [];
    private readonly Random _random;
    private readonly List<WeakReference> _dead = [];
    private readonly Lock _gaps = new();
    private long _delivered;

    private ChurningMesh(Random random) => _random = random;

    /// <summary>The relays that live.</summary>
    public IReadOnlyList<MeshNode> Living => [.. _relays.Values.OfType<MeshNode>()];

    public MeshNode Source { get; private set; } = null!;

    public IReadOnlyList<TrackSubscription> Viewers => _viewers;

    public MeshWorld World => _world;

    /// <summary>Parts that all viewers have checked together.</summary>
    public long Delivered => Interlocked.Read(ref _delivered);

    /// <summary>Times that a viewer, a second behind the live edge, would have stood still for want of a part.</summary>
    public int Stalls { get; private set; }

    /// <summary>The longest time that a viewer waited for a part.</summary>
    public TimeSpan LongestGap { get; private set; }

    /// <summary>The first thing that was wrong with what a viewer got; null while nothing was.</summary>
    public string? Fault { get; private set; }

    public static async Task<ChurningMesh> Start(int relays, int viewers, Random random)
    {
        var mesh = new ChurningMesh(random);
        for (var i = 0; i < relays; i++)
        {
            var key = (byte)(FirstRelay + i);
            mesh._peers[key] = random.Next(3, 6);
            mesh.StartRelay(key);
        }

        mesh.Source = mesh._world.Broadcaster(Broadcaster, options => options with { PushTo = 2 });
        await mesh._world.Until(() => mesh.Source.Records.Count == relays);
        mesh._watching.Add(mesh.PublishAsync(mesh._world.Publish(mesh.Source)));
        await mesh._world.Until(() => mesh.Living.All(relay => relay.Carried is [{ Path: not null }]));
        for (var i = 0; i < viewers; i++)
        {
            var viewer = mesh._world.Viewer((byte)(FirstViewer + i), options => options with { MaxPeers = 3 });
            var subscription = viewer.Subscribe(MeshWorld.Track);
            mesh._viewers.Add(subscription);
            mesh._watching.Add(mesh.WatchAsync(subscription, i));
        }

        return mesh;
    }

    /// <summary>Ends a relay as a killed process ends: every connection is reset, nothing is said.</summary>
    public async Task Kill()
    {
        var living = _relays.Where(relay => relay.Value is not null).ToList();
        var (key, node) = living[_random.Next(living.Count)];
        _relays[key] = null;
        foreach (var peer in node!.Connections.All)
        {
            peer.Cut("The process was killed.");
        }

        await _world.End(node);
        _dead.Add(new WeakReference(node));
    }

    /// <summary>Relays that were killed and that something still holds.</summary>
    public int Undead => _dead.Count(node => node.IsAlive);

    /// <summary>Forgets the gaps so far: those of joining.</summary>
    public void StartCounting()
    {
        lock (_gaps)
        {
            (Stalls, LongestGap) = (0, TimeSpan.Zero);
        }
    }

    /// <summary>Starts a dead relay again, at another address.</summary>
    public void Revive()
    {
        var dead = _relays.Where(relay => relay.Value is null).Select(relay => relay.Key).ToList();
        if (dead.Count > 0)
        {
            StartRelay(dead[_random.Next(dead.Count)]);
        }
    }

    /// <summary>Cuts all connections between two halves of the relays; they find each other again by themselves.</summary>
    public void Partition()
    {
        var left = Living.Where((_, i) => i % 2 == 0).Select(relay => relay.NodeId).ToHashSet();
        foreach (var relay in Living.Where(relay => left.Contains(relay.NodeId)))
        {
            foreach (var peer in relay.Connections.All.Where(peer => peer.Node is { } node && !left.Contains(node) && node != Source.NodeId))
            {
                peer.Cut("The network is parted.");
            }
        }
    }

    /// <summary>What is wrong with the tree now: a way that does not lead from the source to its relay, or that passes anybody twice; null when nothing is.</summary>
    public string? LoopOf() => Living.SelectMany(relay => relay.Carried.Where(track => track.Path is not null).Select(track => (relay.NodeId, Path: track.Path!)))
        .Where(way => way.Path[0] != Source.NodeId || way.Path[^1] != way.NodeId || way.Path.Distinct().Count() != way.Path.Count)
        .Select(way => $"The way of {way.NodeId} is {string.Join(" - ", way.Path)}.")
        .FirstOrDefault();

    public static int Handles() => Directory.GetFiles($"/proc/{Environment.ProcessId}/fd").Length;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_watching);
        await _world.DisposeAsync();
        _stop.Dispose();
    }

    private static byte[] Part(int number)
    {
        var part = new byte[PartBytes];
        new Random(number).NextBytes(part);
        BinaryPrimitives.WriteInt32BigEndian(part, number);
        return part;
    }

    private void StartRelay(byte key)
    {
        _relays[key] = _world.Relay(key, options => options with { MaxPeers = _peers[key], CacheBytes = 1_000_000 });
        _world.Bootstrap([.. Living]);
    }

    private async Task PublishAsync(Publisher publisher)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        for (var number = 0; !_stop.IsCancellationRequested; number++)
        {
            publisher.AddPart(Part(number), (ulong)(1_000_000 + (20 * number)), startsWindow: number % PartsPerWindow == 0);
            await timer.WaitForNextTickAsync();
        }
    }

    private void Waited(TimeSpan gap)
    {
        lock (_gaps)
        {
            Stalls += gap > Buffer ? 1 : 0;
            LongestGap = gap > LongestGap ? gap : LongestGap;
        }
    }

    // Every part is the one that was published after the one before.
    private async Task WatchAsync(TrackSubscription subscription, int viewer)
    {
        var next = -1;
        var last = Stopwatch.GetTimestamp();
        try
        {
            await foreach (var part in subscription.Parts.ReadAllAsync(_stop.Token))
            {
                var number = BinaryPrimitives.ReadInt32BigEndian(part.Bytes.Span);
                if ((next >= 0 && number != next) || !part.Bytes.Span.SequenceEqual(Part(number)))
                {
                    Fault ??= $"Viewer {viewer} got part {number} instead of {next}.";
                    return;
                }

                next = number + 1;
                Waited(Stopwatch.GetElapsedTime(last));
                last = Stopwatch.GetTimestamp();
                Interlocked.Increment(ref _delivered);
            }
        }
        catch (OperationCanceledException)
        {
            // The test ends.
        }
    }
}
