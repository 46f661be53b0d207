using ClusterCast.Node.Hosting;
using ClusterCast.Node.Network;
using ClusterCast.Protocol.Evidence;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;

namespace ClusterCast.Node.Evidence;

/// <summary><c>clustercast evidence verify FILE</c> (spec/evidence.md).</summary>
public static class EvidenceCommand
{
    /// <summary>Decides a file: status 0 when the offence is proven, 3 when it is not, 1 when the file cannot be read.</summary>
    public static async Task<ExitCode> VerifyAsync(RoleContext context, CancellationToken stop)
    {
        var file = context.Settings.Required("argument", "Name the file.");
        try
        {
            var text = await File.ReadAllTextAsync(file, stop).ConfigureAwait(false);
            var (domains, offence) = EvidenceFile.Read(text);
            var keys = await KeysAsync(context, domains, offence, stop).ConfigureAwait(false);
            var judgement = offence.Judge(domains, keys);
            await context.Output.WriteLineAsync(judgement.IsProven ? $"PROVEN: {judgement.Reason}" : $"NOT PROVEN: {judgement.Reason}").ConfigureAwait(false);
            if (keys is null)
            {
                await context.Output.WriteLineAsync("The delegation of the signing key was not checked: no chain was asked. Give --deployments to check it.").ConfigureAwait(false);
            }

            return judgement.IsProven ? ExitCode.Ok : ExitCode.Negative;
        }
        catch (Exception e) when (e is EvidenceException or IOException or UnauthorizedAccessException)
        {
            throw new NodeException($"{file} cannot be decided: {e.Message}", ExitCode.Failed);
        }
    }

    /// <summary>Decides evidence from its text. Throws <see cref="EvidenceException"/>.</summary>
    public static Judgement Judge(string text, ISigningKeys? keys)
    {
        var (domains, offence) = EvidenceFile.Read(text);
        return offence.Judge(domains, keys);
    }

    /// <summary>Throws <see cref="EvidenceException"/> for evidence of another network.</summary>
    internal static void CheckNetwork(ChainAccess chain, Domains domains)
    {
        if (chain.Domains.StreamKeys.Separator != domains.StreamKeys.Separator || chain.Domains.RelayStaking.Separator != domains.RelayStaking.Separator)
        {
            throw new EvidenceException($"It is of another network. Give the deployments file of its contracts on chain {domains.StreamKeys.ChainId} with --deployments.");
        }
    }

    private static async Task<ISigningKeys?> KeysAsync(RoleContext context, Domains domains, Offence offence, CancellationToken stop)
    {
        if (context.Settings.Switch("evidence:offline") || context.Settings.Text("deployments") is not { } deployments || !File.Exists(deployments))
        {
            return null;
        }

        using var chain = await ChainAccess.OpenAsync(context, stop).ConfigureAwait(false);
        CheckNetwork(chain, domains);

        return new KnownKeys(await chain.StreamKeys.DelegationsAsync(offence.Stream, stop).ConfigureAwait(false));
    }

    private sealed class KnownKeys(IReadOnlyList<Delegation> delegations) : ISigningKeys
    {
        public bool IsSigningKey(StreamId stream, Address key, ulong timeMs) =>
            delegations.Any(delegation => delegation.Key == key && delegation.From <= timeMs / 1000 && timeMs / 1000 < delegation.Until);
    }
}
