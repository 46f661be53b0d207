using ClusterCast.Chain;
using ClusterCast.Chain.Contracts;
using ClusterCast.Chain.Transactions;
using ClusterCast.Node.Network;
using ClusterCast.Payments;
using ClusterCast.Protocol.Identifiers;
using BrokerGroup = ClusterCast.Chain.Contracts.RedemptionGroup;
using Group = ClusterCast.Payments.RedemptionGroup;
using Outcome = ClusterCast.Payments.RedemptionOutcome;

namespace ClusterCast.Node.Settlement;

/// <summary>Redemption over the TicketBroker. Gas is counted as free: devnets and L2s where it is far below a face value.</summary>
public sealed class BrokerRedemption(ChainAccess chain, TransactionSender sender) : IRedemptionChain
{
    /// <inheritdoc/>
    public Task<RedemptionPreview> PreviewAsync(IReadOnlyList<Group> groups, CancellationToken cancellationToken) => Translate(async () =>
    {
        var outcomes = await chain.Broker.PreviewRedeemAsync(ToBroker(groups), cancellationToken).ConfigureAwait(false);
        return new RedemptionPreview([.. outcomes.Select(outcome => (Outcome)(byte)outcome)], 0);
    });

    /// <inheritdoc/>
    public Task<Hash32> SubmitAsync(IReadOnlyList<Group> groups, CancellationToken cancellationToken) => Translate(async () =>
        (await sender.SubmitAsync(chain.Broker.Redeem(ToBroker(groups)), cancellationToken).ConfigureAwait(false)).Hash);

    /// <inheritdoc/>
    public Task<ReceiptStatus> GetStatusAsync(Hash32 transaction, CancellationToken cancellationToken) => Translate(async () =>
    {
        if (await chain.Client.ReceiptAsync(transaction, cancellationToken).ConfigureAwait(false) is not { } receipt)
        {
            return await chain.Client.KnowsTransactionAsync(transaction, cancellationToken).ConfigureAwait(false) ? ReceiptStatus.Pending : ReceiptStatus.Unknown;
        }

        var head = await chain.Client.BlockNumberAsync(cancellationToken).ConfigureAwait(false);
        var paid = TicketBrokerEvent.Of(receipt, chain.Broker.Address)
            .OfType<TicketBrokerEvent.Redeemed>()
            .SelectMany(redeemed => redeemed.Tickets)
            .Select(winner => new WinnerKey(winner.ViewingKey, winner.Epoch, winner.Index));
        return new ReceiptStatus(receipt.Succeeded ? RedemptionPhase.Included : RedemptionPhase.Reverted, head < receipt.BlockNumber ? 1 : head - receipt.BlockNumber + 1, [.. paid]);
    });

    private static IReadOnlyList<BrokerGroup> ToBroker(IReadOnlyList<Group> groups) =>
    [
        .. groups.Select(group => new BrokerGroup(
            group.Relay, group.Stream, group.Terms, group.FaceValue,
            [.. group.Winners.Select(winner => new WinningTicket(winner.Ticket, winner.Signature, winner.R, winner.Index))])),
    ];

    private static async Task<T> Translate<T>(Func<Task<T>> call)
    {
        try
        {
            return await call().ConfigureAwait(false);
        }
        catch (ChainException e)
        {
            var problem = e.Fault switch
            {
                ChainFault.NodeUnreachable or ChainFault.Timeout => RedemptionProblem.Unreachable,
                ChainFault.InsufficientFunds => RedemptionProblem.GasTooLow,
                _ => RedemptionProblem.Rejected,
            };
            throw new RedemptionException(problem, e.Message, e);
        }
    }
}
