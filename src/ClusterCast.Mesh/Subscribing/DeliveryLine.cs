using ClusterCast.Protocol.Windows;

namespace ClusterCast.Mesh.Subscribing;

/// <summary>Parts that did not come with the rest.</summary>
/// <param name="Run">The run.</param>
/// <param name="Window">The window.</param>
/// <param name="Part">The first missing part.</param>
/// <param name="Parts">Number of missing parts; 0 for all that follow.</param>
/// <param name="Blocks">Whether a later window waits for them.</param>
internal readonly record struct Hole(ulong Run, uint Window, ushort Part, ushort Parts, bool Blocks);

/// <summary>
/// Gives complete parts out in order. A window that has come to an end without all of its parts holds up those behind it until it is repaired or given up; at
/// most three windows stand in the line, then the first is given up. Not thread-safe.
/// </summary>
internal sealed class DeliveryLine(Action<VerifiedWindow, VerifiedPart> deliver)
{
    /// <summary>Windows that stand in the line at most.</summary>
    public const int MaxWindows = 3;

    private readonly List<VerifiedWindow> _windows = [];
    private int _part;
    private int _leavesOfAWindow;

    /// <summary>Parts given out.</summary>
    public long Delivered { get; private set; }

    /// <summary>Parts under a valid head that were given up.</summary>
    public long Lost { get; private set; }

    /// <summary>Leaves that were given up. Where no head told how many there were, as many as in the whole window before.</summary>
    public long LeavesLost { get; private set; }

    /// <summary>What is to be fetched; null when nothing is missing.</summary>
    public Hole? Missing
    {
        get
        {
            if (_windows.Count == 0)
            {
                return null;
            }

            var first = _windows[0];
            if (_windows.Count > 1)
            {
                return IsFinished(first)
                    ? new Hole(first.Run, first.Number + 1, 0, 0, Blocks: true)
                    : new Hole(first.Run, first.Number, (ushort)_part, 0, Blocks: true);
            }

            for (var next = _part + 1; next < first.Parts.Count; next++)
            {
                if (first.Parts[next].IsComplete)
                {
                    return new Hole(first.Run, first.Number, (ushort)_part, (ushort)(next - _part), Blocks: false);
                }
            }

            return null;
        }
    }

    /// <summary>A window has got a valid head: it joins the line, or stands in it already.</summary>
    public void Open(VerifiedWindow window)
    {
        if (_windows.Count > 0 && _windows[^1].Run == window.Run && _windows[^1].Number == window.Number)
        {
            // After a parent that lied about it, a window is verified anew.
            _windows[^1] = window;
            return;
        }

        // Another run owes nothing to the one before.
        while (_windows.Count == MaxWindows || (_windows.Count > 0 && _windows[0].Run != window.Run))
        {
            Drop();
        }

        _windows.Add(window);
        Advance();
    }

    /// <summary>Gives out what has become complete.</summary>
    public void Advance()
    {
        while (_windows.Count > 0)
        {
            var first = _windows[0];
            while (_part < first.Parts.Count && first.Parts[_part].IsComplete)
            {
                Delivered++;
                deliver(first, first.Parts[_part++]);
            }

            if (_windows.Count == 1 || !IsFinished(first) || _windows[1].Number != first.Number + 1)
            {
                return;
            }

            _leavesOfAWindow = Leaves(first, 0);
            _windows.RemoveAt(0);
            _part = 0;
        }
    }

    /// <summary>Takes a window that was fetched; returns the parts that it saved.</summary>
    public long Repair(VerifiedWindow window)
    {
        if (Missing is not { Blocks: true } hole || window.Run != hole.Run || window.Number != hole.Window || window.Parts.Count < hole.Part)
        {
            return 0;
        }

        // In the place of what has come of it, or of the finished window before it.
        _part = hole.Part;
        _windows[0] = window;

        var before = Delivered;
        while (_part < window.Parts.Count && window.Parts[_part].IsComplete)
        {
            Delivered++;
            deliver(window, window.Parts[_part++]);
        }

        var saved = Delivered - before;
        Advance();
        return saved;
    }

    /// <summary>Does without what is missing.</summary>
    public void GiveUp()
    {
        if (_windows.Count > 1)
        {
            Drop();
            Advance();
        }
    }

    private void Drop()
    {
        var first = _windows[0];
        Lost += first.Parts.Count - _part;
        LeavesLost += Leaves(first, _part);
        _windows.RemoveAt(0);
        _part = 0;
        if (_windows.Count > 0 && _windows[0].Run == first.Run)
        {
            var unseen = first.IsClosed ? 0 : Math.Max(0, _leavesOfAWindow - Leaves(first, 0));
            LeavesLost += unseen + (_leavesOfAWindow * (_windows[0].Number - first.Number - 1L));
        }
    }

    private static int Leaves(VerifiedWindow window, int fromPart)
    {
        var count = 0;
        for (var part = fromPart; part < window.Parts.Count; part++)
        {
            count += window.Parts[part].LeafHashes.Count;
        }

        return count;
    }

    private bool IsFinished(VerifiedWindow window) => window.IsClosed && _part == window.Parts.Count;
}
