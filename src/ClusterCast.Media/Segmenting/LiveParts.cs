using System.Runtime.CompilerServices;
using ClusterCast.Media.Rtmp.Server;

namespace ClusterCast.Media.Segmenting;

/// <summary>From a publication to parts.</summary>
public static class LiveParts
{
    /// <summary>Init segments and parts of the publication until it ends. A source that cannot be carried is disconnected and told why.
    /// Use one segmenter for all publications of a run: time and segments then go on from one publication to the next.</summary>
    /// <exception cref="MediaException">The source cannot be carried, or the publication ended other than by the publisher's wish.</exception>
    public static async IAsyncEnumerable<MediaEvent> ReadPartsAsync(
        this RtmpPublication publication, PartSegmenter segmenter, [EnumeratorCancellation] CancellationToken cancel = default)
    {
        var events = new List<MediaEvent>();
        await foreach (var item in publication.Items.ReadAllAsync(cancel))
        {
            try
            {
                segmenter.Add(item, events);
            }
            catch (MediaException failure)
            {
                publication.Refuse(failure);
                segmenter.Discontinue([]);
                throw;
            }
            foreach (var ready in events) yield return ready;
            events.Clear();
        }
        segmenter.Discontinue(events);
        foreach (var ready in events) yield return ready;
        if (await publication.Ended is { } reason) throw reason;
    }
}
