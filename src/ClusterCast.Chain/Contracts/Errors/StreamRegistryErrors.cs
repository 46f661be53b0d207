using static ClusterCast.Chain.Contracts.ErrorSentence;

namespace ClusterCast.Chain.Contracts;

/// <summary>What StreamRegistry refuses.</summary>
internal static class StreamRegistryErrors
{
    public static IReadOnlyList<ErrorSentence> All { get; } =
    [
        Say<StreamRegistryError.BadRun>("A run is the start of the broadcaster's process in Unix milliseconds, above 0 and at most a minute ahead of the chain.", "Set this machine's clock."),
        Say<StreamRegistryError.WrongRun>(e => e.Run == 0 ? "The stream has no run." : $"The stream runs as run {e.Run}: another process speaks for it.", "Start this run, or stop this process."),
        Say<StreamRegistryError.BadBeat>("A beat says Live, Degraded or Paused, and a health of at most 100.", "Give such a status and health."),
    ];
}
