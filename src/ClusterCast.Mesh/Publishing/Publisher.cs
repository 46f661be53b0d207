using ClusterCast.Mesh.Relaying;
using ClusterCast.Protocol.Signing;
using ClusterCast.Protocol.Windows;

namespace ClusterCast.Mesh.Publishing;

/// <summary>
/// The broadcaster's side of one track: takes parts, signs them and puts them into the cache that relays are served from. A part costs one signature and one
/// copy, whoever listens. Calls must not overlap.
/// </summary>
public sealed class Publisher : IDisposable
{
    private readonly TrackCache _cache;
    private readonly WindowBuilder _builder;
    private readonly Action<Publisher> _changed;
    private ReadOnlyMemory<byte> _nextInit;
    private ReadOnlyMemory<byte> _init;
    private ulong _newest;
    private bool _isOpen;

    internal Publisher(TrackCache cache, WindowBuilder builder, ulong run, Action<Publisher> changed)
    {
        _cache = cache;
        _builder = builder;
        _changed = changed;
        Run = run;
    }

    /// <summary>The track.</summary>
    public TrackKey Track => _cache.Track;

    /// <summary>The run, Unix ms.</summary>
    public ulong Run { get; }

    /// <summary>The open window, 0 before the first.</summary>
    public uint Window => _builder.Window;

    /// <summary>Whether there is something to serve.</summary>
    public bool IsLive => _isOpen && !IsEnded;

    /// <summary>Whether <see cref="End"/> was called.</summary>
    public bool IsEnded { get; private set; }

    /// <summary>Subscribers that are served now.</summary>
    public int Subscribers => _cache.Subscribers;

    /// <summary>Sets the init segment from the next window on. Throws <see cref="ArgumentException"/> when it is empty or above 65,000 bytes.</summary>
    public void SetInit(ReadOnlySpan<byte> init)
    {
        if (init.Length is 0 or > WindowLimits.InitBytes)
        {
            throw new ArgumentException($"An init segment has 1 to {WindowLimits.InitBytes} bytes, got {init.Length}.", nameof(init));
        }

        _nextInit = init.ToArray();
    }

    /// <summary>Signs a part and sends it. A part that starts a window closes the window before.</summary>
    /// <param name="bytes">1 byte to 4 MiB.</param>
    /// <param name="timeMs">Capture time of the first frame, Unix ms.</param>
    /// <param name="startsWindow">Whether the part begins a segment with an IDR frame. Parts before the first such part are left out.</param>
    /// <exception cref="InvalidOperationException">No init segment was set, the track has ended, or the window is full.</exception>
    /// <exception cref="ArgumentException">The part is empty or too large.</exception>
    public void AddPart(ReadOnlySpan<byte> bytes, ulong timeMs, bool startsWindow)
    {
        if (IsEnded || _nextInit.IsEmpty)
        {
            throw new InvalidOperationException(IsEnded ? $"Track {Track} has ended." : $"Track {Track} has no init segment yet: set it before the first part.");
        }

        if (startsWindow)
        {
            StartWindow(timeMs);
        }
        else if (!_isOpen)
        {
            return;
        }

        var part = _builder.AddPart(bytes, timeMs, startsWindow ? PartFlags.StartsWithIdr : PartFlags.None);
        _newest = timeMs;
        _cache.AddComplete(Run, _builder.Window, _builder.Prev, _init, part, bytes.ToArray());
        if (!_isOpen)
        {
            _isOpen = true;
            _changed(this);
        }
    }

    /// <summary>Closes the window and ends the run. Subscribers get what they have not got yet, then are told.</summary>
    public void End()
    {
        if (IsEnded)
        {
            return;
        }

        IsEnded = true;
        if (_isOpen && _builder.Count > 0)
        {
            _cache.Close(_builder.CloseWindow(_newest));
        }

        _cache.End();
        _changed(this);
    }

    /// <inheritdoc/>
    public void Dispose() => End();

    private void StartWindow(ulong timeMs)
    {
        if (_isOpen && _builder.Count > 0)
        {
            _cache.Close(_builder.CloseWindow(timeMs));
        }

        if (!_init.Equals(_nextInit))
        {
            _init = _nextInit;
            _builder.SetInit(_init.Span);
        }

        _builder.OpenWindow();
    }
}
