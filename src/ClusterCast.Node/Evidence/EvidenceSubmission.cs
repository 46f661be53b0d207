using System.Globalization;
using ClusterCast.Chain;
using ClusterCast.Chain.Contracts;
using ClusterCast.Chain.Transactions;
using ClusterCast.Node.Hosting;
using ClusterCast.Node.Keys;
using ClusterCast.Node.Network;
using ClusterCast.Protocol.Evidence;

namespace ClusterCast.Node.Evidence;

/// <summary><c>clustercast evidence submit FILE --key KEYFILE</c> (spec/evidence.md).</summary>
public static class EvidenceSubmission
{
    /// <summary>
    /// Decides a file here, has FraudProofs decide and punish it, and prints what came of it: status 0 when the offender was punished by this transaction, 3 when
    /// the bytes prove no offence, 1 when the contract refuses it or the file cannot be read.
    /// </summary>
    public static async Task<ExitCode> SubmitAsync(RoleContext context, CancellationToken stop)
    {
        var file = context.Settings.Required("argument", "Name the file.");
        var keyFile = context.Settings.Required("evidence:key", "Name the key file of the account that reports with --key.");
        try
        {
            var (domains, offence) = EvidenceFile.Read(await File.ReadAllTextAsync(file, stop).ConfigureAwait(false));
            using var chain = await ChainAccess.OpenAsync(context, stop).ConfigureAwait(false);
            EvidenceCommand.CheckNetwork(chain, domains);

            // Whether the key was delegated is for the contract to say: it knows keys that have left the stream's list.
            var judgement = offence.Judge(domains, keys: null);
            if (!judgement.IsProven)
            {
                await context.Output.WriteLineAsync($"NOT PROVEN: {judgement.Reason} Nothing was sent.").ConfigureAwait(false);
                return ExitCode.Negative;
            }

            var reporter = KeyFile.Open(keyFile, chain.Deployment.Devnet);
            var proofs = new FraudProofs(chain.Client, chain.Deployment.FraudProofs);
            var receipt = await new TransactionSender(chain.Client, reporter).SendAsync(proofs.Prove(offence, reporter.Address), stop).ConfigureAwait(false);
            await context.Output.WriteLineAsync($"PUNISHED: {Sentence(proofs.PunishedIn(receipt), chain)}").ConfigureAwait(false);
            await context.Output.WriteLineAsync($"transaction {receipt.Hash} of {reporter.Address} in block {receipt.BlockNumber}").ConfigureAwait(false);
            return ExitCode.Ok;
        }
        catch (Exception e) when (e is EvidenceException or IOException or UnauthorizedAccessException or ChainException { Fault: ChainFault.Reverted })
        {
            throw new NodeException($"{file} cannot be submitted: {e.Message}", ExitCode.Failed);
        }
    }

    private static string Sentence(Punishment punishment, ChainAccess chain) => punishment.Stream is { } stream
        ? $"signing key {punishment.Offender} is revoked and stream {stream} is marked. There is no reward for it."
        : string.Create(CultureInfo.InvariantCulture, $"relay {punishment.Offender} lost ${punishment.Penalty / 1_000_000m:0.00####} of its stake, of which the report earned ${punishment.Earned / 1_000_000m:0.00####}: a credit in RelayStaking {chain.Deployment.RelayStaking}.");
}
