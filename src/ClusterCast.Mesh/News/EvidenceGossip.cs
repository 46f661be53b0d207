using ClusterCast.Mesh.Scoring;
using ClusterCast.Mesh.Transports;
using ClusterCast.Protocol.Evidence;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh.News;

/// <summary>
/// Takes, decides and passes on evidence. Nothing is believed: each offence is decided here from its signatures before anything is done or anybody told.
/// Thread-safe.
/// </summary>
internal sealed class EvidenceGossip(MeshOptions options, ConnectionTable connections, PeerScores scores, NewsMetrics metrics, Action<Offence, Judgement> punish)
{
    private const int Remembered = 4_096;
    private const int Told = 32;
    private static readonly TimeSpan Life = TimeSpan.FromHours(1);
    private static readonly TimeSpan Ahead = TimeSpan.FromSeconds(60);

    private readonly Lock _gate = new();
    private readonly SeenSet _bodies = new(Remembered);
    private readonly SeenSet _offences = new(Remembered);
    private readonly Queue<Offence> _newest = new();

    /// <summary>Tells a new peer the newest evidence.</summary>
    public void Greet(PeerConnection peer)
    {
        Offence[] newest;
        lock (_gate)
        {
            newest = [.. _newest];
        }

        foreach (var offence in newest.Where(IsOfNow))
        {
            peer.TrySend(Frame.Encode(new EvidenceMessage(offence)));
        }
    }

    /// <summary>Takes a peer's evidence. Throws <see cref="WireException"/> for what is no evidence at all.</summary>
    public void Take(PeerConnection from, ReadOnlySpan<byte> body)
    {
        if (!from.State.News.Evidence.TryTake())
        {
            metrics.Limited.Add();
            return;
        }

        var offence = EvidenceMessage.Read(body).Offence;
        if (!IsOfNow(offence))
        {
            metrics.Stale.Add();
            return;
        }

        var hash = Keccak256.Hash(body);
        lock (_gate)
        {
            if (_bodies.Contains(hash))
            {
                metrics.Duplicate.Add();
                return;
            }
        }

        if (!offence.Judge(options.Domains, keys: null).IsProven)
        {
            metrics.Forged.Add();
            if (from.Node is { } node)
            {
                scores.Fail(node);
            }

            from.Close(GoodbyeCode.ProtocolError, "The signatures do not bear the evidence out.");
            return;
        }

        // The delegation is not the sender's to answer for: two nodes may have read the chain at different times.
        var judgement = offence.Judge(options.Domains, options.SigningKeys);
        if (!judgement.IsProven)
        {
            metrics.Unproven.Add();
            return;
        }

        Accept(offence, judgement, hash, from);
    }

    /// <summary>Takes evidence that was found here; false when it proves nothing.</summary>
    public bool Report(Offence offence)
    {
        var judgement = offence.Judge(options.Domains, options.SigningKeys);
        if (!judgement.IsProven)
        {
            return false;
        }

        var frame = Frame.Encode(new EvidenceMessage(offence));
        Frame.TryRead(frame, out _, out var header, out _);
        Accept(offence, judgement, Keccak256.Hash(frame.AsSpan(header)), from: null);
        return true;
    }

    private void Accept(Offence offence, Judgement judgement, Hash32 hash, PeerConnection? from)
    {
        lock (_gate)
        {
            // One offence a relay, and one a key and stream: whoever signs many of them is not worth more than one.
            if (!_bodies.TryAdd(hash) | !_offences.TryAdd(IdOf(offence, judgement)))
            {
                metrics.Duplicate.Add();
                return;
            }

            _newest.Enqueue(offence);
            if (_newest.Count > Told)
            {
                _newest.Dequeue();
            }
        }

        metrics.EvidenceAccepted.Add();
        punish(offence, judgement);
        if (!IsOfNow(offence))
        {
            return;
        }

        var frame = Frame.Encode(new EvidenceMessage(offence));
        foreach (var peer in connections.Ready)
        {
            if (peer != from)
            {
                peer.TrySend(frame);
            }
        }
    }

    private static Hash32 IdOf(Offence offence, in Judgement judgement) => offence is FalseReceipt
        ? Keccak256.Hash(judgement.Offender.Span)
        : Keccak256.Hash([.. judgement.Offender.Span, .. offence.Stream.Value.Span]);

    private bool IsOfNow(Offence offence)
    {
        var now = options.Time.GetUtcNow().ToUnixTimeMilliseconds();
        return offence.Time <= (ulong)(now + Ahead.TotalMilliseconds) && offence.Time + Life.TotalMilliseconds >= now;
    }
}
