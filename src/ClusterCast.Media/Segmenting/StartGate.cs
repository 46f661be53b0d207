using ClusterCast.Media.Ingest;

namespace ClusterCast.Media.Segmenting;

/// <summary>Holds the first samples back until it is known whether the source has sound, since the init segment must say so.
/// It waits for the audio configuration at most 500 ms of video, or 2 s if sound is announced; without an announcement of sound it does not wait.</summary>
internal sealed class StartGate
{
    private const int SilentMs = 500;
    private const int AnnouncedMs = 2000;
    private const int MaxHeld = 512;
    private readonly List<MediaSample> _held = [];
    private uint _firstMs;
    private bool _open;

    public bool? AudioAnnounced { get; set; }

    public bool AudioKnown { get; set; }

    /// <summary>The samples that may go on, in order.</summary>
    public IReadOnlyList<MediaSample> Pass(MediaSample sample)
    {
        if (_open) return [sample];
        if (_held.Count == 0) _firstMs = sample.DtsMs;
        _held.Add(sample);
        var waited = unchecked((int)(sample.DtsMs - _firstMs));
        var limit = AudioAnnounced == true ? AnnouncedMs : SilentMs;
        if (!AudioKnown && AudioAnnounced != false && waited is >= 0 && waited < limit && _held.Count < MaxHeld) return [];
        _open = true;
        var ready = _held.ToArray();
        _held.Clear();
        return ready;
    }

    /// <summary>Begins anew for the next publication.</summary>
    public void Reset()
    {
        foreach (var sample in _held) sample.Dispose();
        _held.Clear();
        (_open, AudioKnown, AudioAnnounced) = (false, false, null);
    }
}
