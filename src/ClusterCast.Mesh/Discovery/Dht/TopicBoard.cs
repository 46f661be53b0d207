namespace ClusterCast.Mesh.Discovery.Dht;

/// <summary>
/// Announces topics anew before the nodes that keep them forget (after 30 to 45 minutes in the engines in use): soon after the first time, since a
/// young node does not know the right nodes yet and an announcement may meet dead ones, then every 5 minutes. Nothing withdraws a topic from the DHT: what is
/// found there is asked for its record.
/// </summary>
internal sealed class TopicBoard(TimeProvider time, Action<DhtTopic> announce)
{
    private const double Slowdown = 2.5;
    private static readonly TimeSpan FirstRepeat = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Renewal = TimeSpan.FromMinutes(5);

    private readonly Dictionary<DhtTopic, (long At, TimeSpan Wait)> _posted = [];

    /// <summary>Announces what is due and drops what is not wanted any more.</summary>
    public void Update(IEnumerable<DhtSubject> wanted)
    {
        var topics = wanted.SelectMany(subject => subject.Topics).ToHashSet();
        foreach (var gone in _posted.Keys.Where(topic => !topics.Contains(topic)).ToList())
        {
            _posted.Remove(gone);
        }

        foreach (var topic in topics)
        {
            var isPosted = _posted.TryGetValue(topic, out var posted);
            if (isPosted && time.GetElapsedTime(posted.At) < posted.Wait)
            {
                continue;
            }

            var wait = isPosted ? posted.Wait * Slowdown : FirstRepeat;
            _posted[topic] = (time.GetTimestamp(), wait < Renewal ? wait : Renewal);
            announce(topic);
        }
    }
}
