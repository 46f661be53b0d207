namespace ClusterCast.Mesh.Transports.Lane;

/// <summary>
/// The share of datagrams that the way loses, from the receiver's reports. Two memories, counted in datagrams: the short one rises within a report, the long one
/// keeps what is rare; the larger of the two is believed.
/// </summary>
internal sealed class LossEstimator
{
    // A quarter of a second and three seconds of 1080p at 6 Mb/s.
    private const double ShortMemory = 250;
    private const double LongMemory = 3_000;

    // Before the first report a lane is protected as against 1 % of loss.
    private Memory _recent = new(ShortMemory, lost: 1, seen: 100);
    private Memory _past = new(LongMemory, lost: 1, seen: 100);

    /// <summary>The loss to protect against, 0 to 1.</summary>
    public double Loss => Math.Max(_recent.Share, _past.Share);

    /// <summary>Datagrams that came, and datagrams that did not.</summary>
    public void Add(uint received, uint lost)
    {
        _recent.Add(received, lost);
        _past.Add(received, lost);
    }

    private struct Memory(double length, double lost, double seen)
    {
        private double _lost = lost;
        private double _seen = seen;

        public readonly double Share => _lost / _seen;

        public void Add(uint received, uint lost)
        {
            var keep = Math.Exp(-(received + (double)lost) / length);
            _lost = (_lost * keep) + lost;
            _seen = Math.Max((_seen * keep) + received + lost, 1);
        }
    }
}
