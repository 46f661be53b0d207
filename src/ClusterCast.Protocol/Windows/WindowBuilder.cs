using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;

namespace ClusterCast.Protocol.Windows;

/// <summary>
/// The broadcaster's side of the window tree: takes the parts of one track in order and signs a head with each.
/// Not thread-safe.
/// </summary>
public sealed class WindowBuilder
{
    private readonly TrackKey _track;
    private readonly ulong _run;
    private readonly Eip712Domain _domain;
    private readonly PrivateKey _signingKey;
    private Frontier _parts;
    private Hash32 _nextInitHash;
    private Hash32 _initHash;
    private ulong _bytes;
    private uint _leaves;
    private bool _isClosed;

    /// <summary>A builder for one run (its start time, Unix ms) of a track.</summary>
    public WindowBuilder(TrackKey track, ulong run, Eip712Domain streamKeys, PrivateKey signingKey)
    {
        _track = track;
        _run = run;
        _domain = streamKeys;
        _signingKey = signingKey;
    }

    /// <summary>The open window, 0 before the first.</summary>
    public uint Window { get; private set; }

    /// <summary>Parts in the open window.</summary>
    public int Count => _parts.Count;

    /// <summary>Digest of the last head of the previous window; zero in the first.</summary>
    public Hash32 Prev { get; private set; }

    /// <summary>Sets the init segment for the windows from the next one on. Throws <see cref="ArgumentException"/> above 65,000 bytes.</summary>
    public void SetInit(ReadOnlySpan<byte> init)
    {
        if (init.Length is 0 or > WindowLimits.InitBytes)
        {
            throw new ArgumentException($"An init segment has 1 to {WindowLimits.InitBytes} bytes, got {init.Length}.", nameof(init));
        }

        _nextInitHash = TreeHash.Init(init);
    }

    /// <summary>
    /// Opens the next window. The open one should have been closed by a last head; one that was not can be played but not receipted.
    /// Throws <see cref="InvalidOperationException"/> before the first <see cref="SetInit"/>.
    /// </summary>
    public void OpenWindow()
    {
        if (_nextInitHash.IsZero)
        {
            throw new InvalidOperationException("A window needs an init segment: set it before opening the first window.");
        }

        Window++;
        _initHash = _nextInitHash;
        _isClosed = false;
        _parts = default;
        _bytes = 0;
        _leaves = 0;
    }

    /// <summary>Adds a part and signs the head over all parts so far.</summary>
    /// <param name="bytes">1 to <see cref="WindowLimits.PartBytes"/> bytes.</param>
    /// <param name="time">Capture time of the first frame, Unix ms.</param>
    /// <param name="flags">Properties of the part.</param>
    /// <exception cref="InvalidOperationException">No window is open, or it is full.</exception>
    /// <exception cref="ArgumentException">The part is empty or too large, or the first of its window and without an IDR frame.</exception>
    public SignedPart AddPart(ReadOnlySpan<byte> bytes, ulong time, PartFlags flags)
    {
        if (Window == 0 || _isClosed)
        {
            throw new InvalidOperationException("No window is open: open one before adding a part.");
        }

        if (Count == WindowLimits.PartsPerWindow || _bytes + (ulong)bytes.Length > WindowLimits.WindowBytes)
        {
            throw new InvalidOperationException(
                $"Window {Window} takes no further part: at most {WindowLimits.PartsPerWindow} parts and {WindowLimits.WindowBytes} bytes fit. Shorten the keyframe interval to 2 s.");
        }

        if (bytes.Length is 0 or > WindowLimits.PartBytes)
        {
            throw new ArgumentException($"A part has 1 to {WindowLimits.PartBytes} bytes, got {bytes.Length}.", nameof(bytes));
        }

        if (Count == 0 && flags != PartFlags.StartsWithIdr)
        {
            throw new ArgumentException("The first part of a window begins with an IDR frame.", nameof(flags));
        }

        var index = (ushort)Count;
        var leaves = new Hash32[WindowLimits.LeafCount(bytes.Length)];
        for (var leaf = 0; leaf < leaves.Length; leaf++)
        {
            var offset = leaf * WindowLimits.LeafBytes;
            leaves[leaf] = TreeHash.Leaf(_track, _run, Window, index, (uint)offset, bytes.Slice(offset, WindowLimits.LeafLength(bytes.Length, leaf)));
        }

        var node = new PartNode(index, (uint)bytes.Length, time, flags, Frontier.RootOf(leaves));
        _parts.Append(TreeHash.Part(node));
        _bytes += (ulong)bytes.Length;
        _leaves += (uint)leaves.Length;
        return new SignedPart(node, leaves, Sign(time, HeadFlags.None));
    }

    /// <summary>
    /// Closes the open window with a last head over the parts that it has. Throws <see cref="InvalidOperationException"/> without parts or when it is closed.
    /// </summary>
    public SignedHead CloseWindow(ulong time)
    {
        if (_isClosed || Count == 0)
        {
            throw new InvalidOperationException("No window with parts is open: nothing can be closed.");
        }

        _isClosed = true;
        var head = Sign(time, HeadFlags.Last);
        Prev = head.Digest;
        return head;
    }

    private SignedHead Sign(ulong time, HeadFlags flags)
    {
        var head = new Head(_track, _run, Window, (ushort)Count, _parts.Root(), _bytes, _leaves, Prev, _initHash, time, flags);
        var digest = head.Digest(_domain);
        return new SignedHead(head, digest, _signingKey.Sign(digest), _signingKey.Address);
    }
}

/// <summary>A part's node with its leaf hashes and the head signed with it.</summary>
public sealed record SignedPart(PartNode Node, Hash32[] Leaves, SignedHead Head);
