using ClusterCast.Mesh.Scoring;
using ClusterCast.Mesh.Sessions;
using ClusterCast.Mesh.Subscribing;
using ClusterCast.Mesh.Transports;
using ClusterCast.Protocol.Evidence;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;
using ClusterCast.Protocol.Windows;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh.Fetching;

/// <summary>What is fetched.</summary>
/// <param name="Track">The track.</param>
/// <param name="Run">The run; 0 for the newest.</param>
/// <param name="Window">The window.</param>
/// <param name="Part">First part whose leaves are wanted.</param>
/// <param name="Parts">Number of such parts; 0 for all that follow.</param>
internal readonly record struct Wanted(TrackKey Track, ulong Run, uint Window, ushort Part = 0, ushort Parts = 0);

/// <summary>
/// One fetch at one peer: verifies the answer on its own, from the head's signature down, so that it needs no trust in what came before. Frames come on the
/// connection's receive loop.
/// </summary>
internal sealed class WindowFetch(byte channel, Address node, Wanted wanted, Eip712Domain streamKeys, TrustedKeys keys, Action<Corruption> convict) : IInlet
{
    private readonly Lock _gate = new();
    private readonly WindowVerifier _verifier = new(wanted.Track, streamKeys, keys);
    private readonly TaskCompletionSource<VerifiedWindow?> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private IPayingSession? _session;

    /// <summary>The channel.</summary>
    public byte Channel => channel;

    /// <summary>The window as far as it was answered, verified; null when it was not.</summary>
    public Task<VerifiedWindow?> Done => _done.Task;

    /// <summary>
    /// Asks, and then opens or joins the session that pays: a relay knows what a session is for by the request before it. No frame of the answer is looked at
    /// before both are done.
    /// </summary>
    /// <param name="peer">The connection.</param>
    /// <param name="session">Opens a session; null for what is free.</param>
    /// <returns>False when the connection pays for something else.</returns>
    public bool TryAsk(PeerConnection peer, Func<IPayingSession>? session)
    {
        lock (_gate)
        {
            var track = wanted.Track;
            peer.Send(new Fetch(channel, track.Stream, track.Track, wanted.Run, wanted.Window, wanted.Part, wanted.Parts));
            if (session is null)
            {
                return true;
            }

            var isPaid = peer.State.Paying.TryEnter(track.Stream, session);
            _session = isPaid ? peer.State.Paying.Session : null;
            return isPaid;
        }
    }

    /// <inheritdoc/>
    public void OnLost(string reason) => _done.TrySetResult(null);

    /// <inheritdoc/>
    public void OnFrame(FrameType type, ReadOnlySpan<byte> body)
    {
        lock (_gate)
        {
            if (_done.Task.IsCompleted)
            {
                return;
            }
        }

        switch (type)
        {
            case FrameType.Subscribed:
                Subscribed.Read(body);
                break;
            case FrameType.Refused:
                Refused.Read(body);
                _done.TrySetResult(null);
                break;
            case FrameType.Ended:
                Ended.Read(body);
                _done.TrySetResult(_verifier.Current is { Head: not null } window ? window : null);
                break;
            default:
                Judge(type, Take(type, body), body);
                break;
        }
    }

    private Verdict Take(FrameType type, ReadOnlySpan<byte> body)
    {
        switch (type)
        {
            case FrameType.Init:
                var init = InitMessage.Read(body);
                return init.Track != wanted.Track.Track || (wanted.Run != 0 && init.Run != wanted.Run)
                    ? Verdict.Malformed
                    : _verifier.AcceptInit(init.Run, init.Bytes.ToArray());
            case FrameType.Window:
                var window = WindowMessage.Read(body);
                return window.Window != wanted.Window ? Verdict.Malformed : _verifier.OpenWindow(window.Window, window.Prev);
            case FrameType.Node:
                var node = NodeMessage.Read(body);
                return _verifier.AcceptNode(node.Window, node.Part, node.Time, node.Flags, node.ByteLength, node.Leaves);
            case FrameType.Head:
                var head = HeadMessage.Read(body);
                return _verifier.AcceptHead(head.Window, head.Count, head.Time, head.Flags, head.Signature);
            case FrameType.Leaf:
                var leaf = LeafMessage.Read(body);
                var verdict = _verifier.AcceptLeaf(leaf.Window, leaf.Part, leaf.Leaf, leaf.Bytes);
                if (verdict == Verdict.Accepted)
                {
                    _session?.OnVerified(leaf.Bytes.Length);
                }

                return verdict;
            default:
                return Verdict.Malformed;
        }
    }

    private void Judge(FrameType type, Verdict verdict, ReadOnlySpan<byte> body)
    {
        if (verdict is Verdict.Accepted)
        {
            return;
        }

        if (verdict != Verdict.Corrupt)
        {
            _done.TrySetResult(null);
            throw new WireException($"{type} of an answer does not follow from what was sent before.", WireFault.Unexpected);
        }

        if (type == FrameType.Head && _verifier.RefusedHead is { } refused
            && Secp256k1.TryRecover(refused.Digest(streamKeys), _verifier.RefusedSignature, out var signer) && keys.IsMarked(wanted.Track.Stream, signer))
        {
            _done.TrySetResult(null);
            return;
        }

        IncidentReport? report = null;
        if (type == FrameType.Leaf)
        {
            var leaf = LeafMessage.Read(body);
            report = CorruptLeaf.Of(node, _verifier.Current!, leaf.Part, leaf.Leaf, leaf.Bytes);
        }
        else if (type == FrameType.Head)
        {
            report = CorruptHead.Of(node, _verifier);
        }

        convict(new Corruption(node, wanted.Track, wanted.Window, $"a false {type} of a fetched window", report));
        _done.TrySetResult(null);
    }
}
