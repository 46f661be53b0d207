namespace ClusterCast.Node.Watch;

/// <summary>What a viewer without a picture would have seen. Delays are from capture to the complete, verified part, joining left out; they need clocks that agree.</summary>
/// <param name="Leaves">Leaves that came.</param>
/// <param name="LeavesLate">Those of them that came later than a live viewer may ever be behind.</param>
/// <param name="Stalls">Times that the picture stood still.</param>
/// <param name="StalledMs">How long together.</param>
/// <param name="DelayP50Ms">Median delay of a part; null before there is one.</param>
/// <param name="DelayP95Ms">The delay that one part in twenty exceeds.</param>
/// <param name="DelayMaxMs">The longest.</param>
internal sealed record PlaybackFigures(long Leaves, long LeavesLate, int Stalls, double StalledMs, double? DelayP50Ms, double? DelayP95Ms, double? DelayMaxMs);
