using System.Globalization;
using ClusterCast.Media.Encoding;
using ClusterCast.Node.Hosting;

namespace ClusterCast.Node.Edge;

/// <summary>Prints what an edge would do, and checks it, without connecting to anybody: <c>clustercast edge --dry-run</c>.</summary>
internal static class DryRun
{
    /// <summary>Status 0 when all can be done, 3 when a platform does not take a profile or the machine cannot carry the outputs.</summary>
    public static async Task<ExitCode> RunAsync(RoleContext context, IReadOnlyList<StreamPlan> plans, CancellationToken stop)
    {
        var encoder = await new EncoderProbe().RunAsync(stop).ConfigureAwait(false);
        var output = context.Output;
        var problems = 0;
        output.WriteLine(encoder.Warning ?? $"Encoder: {encoder.Choice}.");
        var cores = 0.0;
        foreach (var plan in plans)
        {
            output.WriteLine($"Stream {plan.Stream}, {(plan.Track == 0 ? "its highest track" : $"track {plan.Track}p")}:");
            foreach (var target in plan.Targets)
            {
                output.WriteLine($"  {target.Name}: {target.Url}, {target.Platform.Name}, {Describe(target.Profile)}");
                foreach (var problem in Profiles.Format(target.Profile ?? OutputProfile.Source, null) is { } format ? target.Platform.Check(format) : [])
                {
                    output.WriteLine($"    {problem}");
                    problems++;
                }
            }

            foreach (var profile in plan.Targets.Select(target => target.Profile ?? OutputProfile.Source).Where(profile => !profile.IsSource).Distinct())
            {
                cores += encoder.CoresFor(Profiles.Largest(profile, null));
            }
        }

        var free = (CpuMeter.Cores * Capacity.Share) - cores;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Encoding takes about {cores:0.00} of {CpuMeter.Cores} cores{(free < 0 ? ", more than this machine has to give" : "")}."));
        return problems > 0 || free < 0 ? ExitCode.Negative : ExitCode.Ok;
    }

    private static string Describe(OutputProfile? profile) => profile switch
    {
        null => "the source if the platform takes it, else the best step of the ladder that it takes",
        { IsSource: true } => "the source untouched",
        _ => $"{profile.Name}: at most {Profiles.Largest(profile, null)}",
    };
}
