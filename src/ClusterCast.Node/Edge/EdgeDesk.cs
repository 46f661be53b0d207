using System.Collections.Concurrent;
using ClusterCast.Media.Encoding;
using ClusterCast.Mesh;
using ClusterCast.Node.Hosting;
using ClusterCast.Protocol.Identifiers;
using Microsoft.Extensions.Logging;

namespace ClusterCast.Node.Edge;

/// <summary>The streams of an edge.</summary>
internal sealed class EdgeDesk : IAsyncDisposable
{
    /// <summary>Streams at most.</summary>
    public const int MaxStreams = 64;

    private readonly ConcurrentDictionary<StreamId, EdgeStream> _streams = [];
    private readonly SemaphoreSlim _changes = new(1, 1);
    private readonly CpuMeter _cpu;

    /// <summary>A desk without streams.</summary>
    public EdgeDesk(RoleContext context, MeshNode mesh, EncoderReport encoder, ILogger log)
    {
        _cpu = new CpuMeter(context.Time);
        _cpu.Read();
        var capacity = new Capacity(_cpu.Read, CpuMeter.Cores, context.Settings.Switch("edge:admission"), context.Time);
        Metrics = new EdgeMetrics(() => Streams, _cpu.Read);
        Floor = new EdgeFloor(mesh, encoder, capacity, context.Settings, context.Settings.Switch("edge:adapt"), Metrics, log, context.Time);
    }

    /// <summary>What the streams share.</summary>
    public EdgeFloor Floor { get; }

    /// <summary>The streams at this moment.</summary>
    public IReadOnlyList<EdgeStream> Streams => [.. _streams.Values];

    private EdgeMetrics Metrics { get; }

    /// <summary>Takes a stream.</summary>
    /// <exception cref="NodeException">It is taken already, there are too many, or a destination is refused.</exception>
    public async Task AddAsync(StreamPlan plan)
    {
        await _changes.WaitAsync().ConfigureAwait(false);
        try
        {
            if (_streams.ContainsKey(plan.Stream))
            {
                throw new NodeException($"Stream {plan.Stream} is taken already; add destinations to it.", ExitCode.Usage);
            }

            if (_streams.Count >= MaxStreams)
            {
                throw new NodeException($"An edge takes at most {MaxStreams} streams; use another edge.");
            }

            var stream = new EdgeStream(Floor, plan);
            try
            {
                foreach (var target in plan.Targets)
                {
                    stream.Add(target);
                }
            }
            catch (NodeException)
            {
                await stream.DisposeAsync().ConfigureAwait(false);
                throw;
            }

            _streams[plan.Stream] = stream;
        }
        finally
        {
            _changes.Release();
        }
    }

    /// <summary>The stream of this id.</summary>
    /// <exception cref="NodeException">It is not taken.</exception>
    public EdgeStream Find(StreamId stream) => _streams.TryGetValue(stream, out var found)
        ? found
        : throw new NodeException($"Stream {stream} is not taken here.", ExitCode.Usage);

    /// <summary>Ends a stream with its destinations.</summary>
    /// <exception cref="NodeException">It is not taken.</exception>
    public async Task RemoveAsync(StreamId stream)
    {
        if (!_streams.TryRemove(stream, out var removed))
        {
            throw new NodeException($"Stream {stream} is not taken here.", ExitCode.Usage);
        }

        await removed.DisposeAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_streams.Values.Select(stream => stream.DisposeAsync().AsTask())).ConfigureAwait(false);
        Metrics.Dispose();
        _changes.Dispose();
    }
}
