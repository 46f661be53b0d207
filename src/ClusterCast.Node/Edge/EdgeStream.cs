using System.Collections.Immutable;
using ClusterCast.Media;
using ClusterCast.Media.Cmaf;
using ClusterCast.Media.Egress;
using ClusterCast.Media.Egress.Presets;
using ClusterCast.Media.Encoding;
using ClusterCast.Media.Ingest;
using ClusterCast.Mesh.Subscribing;
using ClusterCast.Node.Hosting;
using ClusterCast.Protocol.Windows;
using Microsoft.Extensions.Logging;

namespace ClusterCast.Node.Edge;

/// <summary>One stream of an edge: taken from the mesh as any paid subscriber takes it, encoded once for each distinct output, sent to its destinations.</summary>
internal sealed class EdgeStream : IAsyncDisposable
{
    // A broadcaster that comes back with another picture height is on another track.
    private static readonly TimeSpan TrackPatience = TimeSpan.FromSeconds(10);

    // A destination's back-pressure is that of the last second: five looks at it decide within that second.
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(200);
    private readonly EdgeFloor _floor;
    private readonly string _name;
    private readonly SourceGate _gate = new();
    private readonly PartReader _reader = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _changes = new();
    private readonly Task _run;
    private readonly Task _adapt;
    private ImmutableArray<EdgeTarget> _targets = [];
    private ImmutableDictionary<OutputProfile, EdgeOutput> _outputs = ImmutableDictionary<OutputProfile, EdgeOutput>.Empty;
    private SourceInfo? _source;
    private AvcConfig? _video;
    private AacConfig? _audio;
    private TrackSubscription? _subscription;
    private string? _trouble;

    /// <summary>Starts to take the stream; destinations are added.</summary>
    public EdgeStream(EdgeFloor floor, StreamPlan plan)
    {
        (_floor, Plan, _name) = (floor, plan, plan.Stream.ToString());
        _run = Task.Run(RunAsync);
        _adapt = Task.Run(AdaptAsync);
    }

    /// <summary>What was asked for at the start.</summary>
    public StreamPlan Plan { get; }

    /// <summary>What the stream is; null until it is known.</summary>
    public SourceInfo? Source => Volatile.Read(ref _source);

    /// <summary>What the mesh says of it; null before its track is found.</summary>
    public SubscriptionStatistics? Subscription => Volatile.Read(ref _subscription)?.Statistics;

    /// <summary>Why it cannot be taken; null when all is well.</summary>
    public string? Trouble => Volatile.Read(ref _trouble);

    /// <summary>The destinations at this moment.</summary>
    public IReadOnlyList<EdgeTarget> Targets => _targets;

    /// <summary>The outputs at this moment.</summary>
    public IEnumerable<EdgeOutput> Outputs => _outputs.Values;

    /// <summary>Adds a destination; the others do not notice.</summary>
    /// <exception cref="NodeException">The platform does not take the profile, or the machine cannot carry its encoder.</exception>
    public void Add(TargetPlan plan)
    {
        lock (_changes)
        {
            if (_targets.Any(other => other.Plan.Name == plan.Name))
            {
                throw new NodeException($"Stream {_name} has a destination '{plan.Name}' already; remove it first or choose another name.", ExitCode.Usage);
            }

            var profile = Profiles.Choose(plan, _source);
            var output = OutputOf(profile);
            try
            {
                var target = new EdgeTarget(_floor, _name, plan, Profiles.Format(profile, _source));
                target.Switch(output);
                _targets = _targets.Add(target);
            }
            catch (MediaException e)
            {
                DropIdleOutputs();
                throw new NodeException(e.Message, ExitCode.Usage);
            }
        }
    }

    /// <summary>Ends a destination and forgets it.</summary>
    /// <exception cref="NodeException">There is none of this name.</exception>
    public async Task RemoveAsync(string name)
    {
        EdgeTarget target;
        lock (_changes)
        {
            target = Find(name);
            _targets = _targets.Remove(target);
            DropIdleOutputs();
        }

        await target.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Connects a destination anew.</summary>
    /// <exception cref="NodeException">There is none of this name.</exception>
    public void Restart(string name) => Find(name).Restart();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(_run, _adapt).ConfigureAwait(false);
        await Task.WhenAll(_outputs.Values.Select(output => output.DisposeAsync().AsTask())).ConfigureAwait(false);
        await Task.WhenAll(_targets.Select(target => target.DisposeAsync().AsTask())).ConfigureAwait(false);
        _gate.Dispose();
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            for (var last = default(TrackKey); ;)
            {
                var track = await TrackAsync().ConfigureAwait(false);
                await using var subscription = _floor.Mesh.Subscribe(track);
                Volatile.Write(ref _subscription, subscription);
                if (track != last)
                {
                    _floor.Log.LogInformation("Stream {Stream} is taken as track {Track}p", _name, track.Track);
                    last = track;
                }

                await TakeAsync(subscription).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // It ends.
        }
        catch (Exception e)
        {
            Complain($"It has failed: {e.Message}");
        }
    }

    private async Task<TrackKey> TrackAsync()
    {
        _floor.Mesh.Seek(Plan.Stream);
        return Plan.Track != 0 ? new TrackKey(Plan.Stream, Plan.Track) : await _floor.Mesh.FindTrackAsync(Plan.Stream, _stop.Token).ConfigureAwait(false);
    }

    /// <summary>Takes parts until the track has been silent for so long that another one may have come in its place.</summary>
    private async Task TakeAsync(TrackSubscription subscription)
    {
        var (items, ready) = (new List<MediaItem>(), new List<MediaItem>());
        while (await subscription.Parts.WaitToReadAsync(_stop.Token).AsTask().WaitAsync(Plan.Track != 0 ? Timeout.InfiniteTimeSpan : TrackPatience, _floor.Time, _stop.Token)
            .ContinueWith(wait => wait.IsCompletedSuccessfully && wait.Result, TaskScheduler.Default).ConfigureAwait(false))
        {
            while (subscription.Parts.TryRead(out var part))
            {
                Read(part, items);
                foreach (var item in items)
                {
                    _gate.Pass(item, ready);
                }

                items.Clear();
                foreach (var item in ready)
                {
                    Give(item);
                }

                ready.Clear();
            }
        }

        _stop.Token.ThrowIfCancellationRequested();
    }

    private void Read(ReceivedPart part, List<MediaItem> items)
    {
        try
        {
            _reader.Read(part.Run, part.Init, part.Bytes.Span, _floor.Time.GetUtcNow().ToUnixTimeMilliseconds(), items);
            Volatile.Write(ref _trouble, null);
        }
        catch (MediaException e)
        {
            // What is broken was signed so: the stream goes on with the next part, and destinations see a gap.
            Complain(e.Message);
        }
    }

    private void Give(MediaItem item)
    {
        using (item)
        {
            if (_gate.Info is { } source && !ReferenceEquals(source, _source))
            {
                Begin(source);
            }

            if (item is not MediaSample)
            {
                Configure(item);
                return;
            }

            foreach (var output in _outputs.Values)
            {
                output.Add(item);
            }
        }
    }

    // An output that is added meanwhile gets either the old configuration and this one, or this one.
    private void Configure(MediaItem item)
    {
        lock (_changes)
        {
            _video = item as AvcConfig ?? _video;
            _audio = item as AacConfig ?? _audio;
            foreach (var output in _outputs.Values)
            {
                output.Add(item);
            }
        }
    }

    private void Begin(SourceInfo source)
    {
        lock (_changes)
        {
            Volatile.Write(ref _source, source);
            _floor.Log.LogInformation("Stream {Stream} is {Width}x{Height} at {Rate} frames/s", _name, source.Picture.Width, source.Picture.Height, source.Picture.FrameRate);
            foreach (var output in _outputs.Values)
            {
                output.Begin(source);
            }

            // A platform that does not take this source gets the best step of the ladder that it takes.
            foreach (var target in _targets.Where(target => target.Plan.Profile is null && Profiles.Choose(target.Plan, source) != target.Output?.Profile))
            {
                Move(target, Profiles.Choose(target.Plan, source));
            }
        }
    }

    /// <summary>Lets congested destinations step down and up, and ends outputs that nobody takes any more.</summary>
    private async Task AdaptAsync()
    {
        using var timer = new PeriodicTimer(LookEvery, _floor.Time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token).ConfigureAwait(false))
            {
                lock (_changes)
                {
                    foreach (var target in _targets.Where(target => _floor.Adapts && target.Destination.State == DestinationState.Live && target.NextOutput is null))
                    {
                        Adapt(target);
                    }

                    DropIdleOutputs();
                }
            }
        }
        catch (OperationCanceledException)
        {
            // It ends.
        }
    }

    private void Adapt(EdgeTarget target)
    {
        if (_source is not { } source || target.Output is not { } output)
        {
            return;
        }

        var steps = Profiles.Steps(Profiles.Choose(target.Plan, source), source);
        var at = steps.TakeWhile(step => step != output.Profile).Count();
        var congestion = target.Destination.Congestion;
        var to = target.Stepper.Decide(congestion) switch { Step.Down => at + 1, Step.Up => at - 1, _ => at };
        if (to == at || to < 0 || to >= steps.Count)
        {
            return;
        }

        _floor.Log.LogInformation(
            "Stream {Stream}: {Name} goes {Way} to {Profile} at the next IDR frame ({Blocked:0} % of the last second blocked, {Age} ms queued)", _name, target.Plan.Name,
            to > at ? "down" : "up", steps[to].Name, 100 * congestion.BlockedShare, (long)congestion.QueueAge.TotalMilliseconds);
        _floor.Metrics.Incident(_name, target.Plan.Name, to > at ? "StepDown" : "StepUp");
        Move(target, steps[to]);
    }

    private void Move(EdgeTarget target, OutputProfile profile)
    {
        try
        {
            target.Switch(OutputOf(profile));
        }
        catch (NodeException e)
        {
            _floor.Log.LogWarning("Stream {Stream}: {Name} stays with {Profile}: {Reason}", _name, target.Plan.Name, target.Output?.Profile.Name, e.Message);
        }
    }

    private EdgeOutput OutputOf(OutputProfile profile)
    {
        if (_outputs.TryGetValue(profile, out var known))
        {
            return known;
        }

        var output = new EdgeOutput(_floor, _name, profile);
        if (!profile.IsSource)
        {
            _floor.Capacity.Admit(output, $"Stream {_name} as {profile.Name}", _floor.Encoder.CoresFor(Profiles.Largest(profile, _source)));
        }

        if (_source is not null)
        {
            output.Begin(_source);
            foreach (var configuration in (MediaItem?[])[_video, _audio])
            {
                if (configuration is not null)
                {
                    output.Add(configuration);
                }
            }
        }

        _outputs = _outputs.Add(profile, output);
        return output;
    }

    private void DropIdleOutputs()
    {
        foreach (var (profile, output) in _outputs)
        {
            output.Sweep(_targets);
            if (output.IsIdle)
            {
                _outputs = _outputs.Remove(profile);
                _ = output.DisposeAsync().AsTask();
            }
        }
    }

    private EdgeTarget Find(string name) => _targets.FirstOrDefault(target => target.Plan.Name == name)
        ?? throw new NodeException($"Stream {_name} has no destination '{name}'; it has {(_targets.Length == 0 ? "none" : string.Join(", ", _targets.Select(target => target.Plan.Name)))}.", ExitCode.Usage);

    // The same sentence again and again says nothing new.
    private void Complain(string trouble)
    {
        if (Interlocked.Exchange(ref _trouble, trouble) != trouble)
        {
            _floor.Log.LogWarning("Stream {Stream}: {Trouble}", _name, trouble);
        }
    }
}
