using ClusterCast.Media.Egress;
using ClusterCast.Media.Egress.Presets;
using ClusterCast.Media.Encoding;
using ClusterCast.Media.Ingest;
using Microsoft.Extensions.Logging;

namespace ClusterCast.Node.Edge;

/// <summary>A destination with its place in the stream: which output it gets, and which it goes over to at the next IDR frame.</summary>
internal sealed class EdgeTarget : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly OutputFeed _feed;
    private readonly Splicer _splicer;

    /// <summary>Adds the destination; it connects as soon as it gets a picture.</summary>
    /// <exception cref="ClusterCast.Media.MediaException">The platform does not take the format.</exception>
    public EdgeTarget(EdgeFloor floor, string stream, TargetPlan plan, OutputFormat? format)
    {
        Plan = plan;
        Stepper = new Stepper(floor.Time);
        _feed = new OutputFeed(new OutputFeedOptions
        {
            Format = format,
            TimeProvider = floor.Time,
            Incident = incident =>
            {
                floor.Metrics.Incident(stream, plan.Name, incident.Kind.ToString());
                floor.Log.Log(
                    incident.Kind is IncidentKind.Live or IncidentKind.Resumed or IncidentKind.Restarted or IncidentKind.Removed ? LogLevel.Information : LogLevel.Warning,
                    "Stream {Stream}: {Message}", stream, incident.Message);
            },
        });
        Destination = _feed.Add(new DestinationOptions { Name = plan.Name, Url = plan.Url, Platform = plan.Platform });
        _splicer = new Splicer(_feed.Publish);
    }

    /// <summary>What was asked for.</summary>
    public TargetPlan Plan { get; }

    /// <summary>When it steps down and up.</summary>
    public Stepper Stepper { get; }

    /// <summary>The connection.</summary>
    public Destination Destination { get; }

    /// <summary>The output that it gets; null before the first.</summary>
    public EdgeOutput? Output
    {
        get
        {
            lock (_gate)
            {
                return _splicer.Current as EdgeOutput;
            }
        }
    }

    /// <summary>The output that it is going over to; null when it stays.</summary>
    public EdgeOutput? NextOutput
    {
        get
        {
            lock (_gate)
            {
                return _splicer.Next as EdgeOutput;
            }
        }
    }

    /// <summary>Goes over to another output at an IDR frame, to the first one at once.</summary>
    public void Switch(EdgeOutput output)
    {
        lock (_gate)
        {
            _splicer.Switch(output);
        }

        output.Attach(this);
    }

    /// <summary>An item of an output.</summary>
    public void Take(EdgeOutput from, MediaItem item)
    {
        lock (_gate)
        {
            _splicer.Take(from, item);
        }
    }

    /// <summary>Connects anew.</summary>
    public void Restart() => _feed.Restart(Plan.Name);

    /// <summary>Ends the connection politely.</summary>
    public async ValueTask DisposeAsync()
    {
        await _feed.DisposeAsync().ConfigureAwait(false);
        lock (_gate)
        {
            _splicer.Dispose();
        }
    }
}
