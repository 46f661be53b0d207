using ClusterCast.Chain.Rpc;
using ClusterCast.Protocol.Identifiers;

namespace ClusterCast.Chain.Contracts;

// Over the generated functions: the same in the words of the floors above.
public sealed partial class TicketBroker
{
    /// <summary>A purse; <see cref="PurseState.Exists"/> is false when there is none.</summary>
    public async Task<PurseState> PurseAsync(Address viewingKey, CancellationToken cancel = default)
    {
        var purse = await PurseOfAsync(viewingKey, cancel).ConfigureAwait(false);
        return new PurseState(purse.Owner, purse.Balance, purse.Exiting, purse.ExitAt);
    }

    /// <summary>The viewing keys that are listed for an owner, at most four.</summary>
    public async Task<IReadOnlyList<Address>> PursesAsync(Address owner, CancellationToken cancel = default) =>
        [.. (await PursesOfAsync(owner, cancel).ConfigureAwait(false)).Where(key => !key.IsZero)];

    /// <summary>Fills a purse by the owner's signatures; anybody sends it and keeps <paramref name="fee"/> of the amount as credit.</summary>
    public ContractCall Deposit(DepositAuthorization deposit, ulong fee = 0) => DepositWithAuthorization(
        deposit.Owner,
        deposit.ViewingKey,
        deposit.Amount,
        fee,
        deposit.MaxFee,
        deposit.Salt,
        deposit.ValidAfter,
        deposit.ValidBefore,
        deposit.Signature.Span.ToArray(),
        deposit.BindSignature.Span.ToArray());

    /// <summary>Fills a purse of the sender, who has approved the contract in USDC.</summary>
    public ContractCall DepositFromAllowance(Address viewingKey, ulong amount, Signature? bind) => Deposit(viewingKey, amount, Bytes(bind));

    /// <summary>Fills a purse of the sender by the sender's EIP-2612 permit for the contract.</summary>
    public ContractCall DepositWithPermit(Address viewingKey, ulong amount, ulong deadline, Signature permit, Signature? bind) =>
        DepositWithPermit(viewingKey, amount, deadline, permit.Span.ToArray(), Bytes(bind));

    /// <summary>Redeems winners. A ticket that cannot be paid is skipped, never an error.</summary>
    public ContractCall Redeem(IReadOnlyList<RedemptionGroup> groups) => Redeem([.. groups.Select(group => group.ToAbi())]);

    /// <summary>What <see cref="Redeem(IReadOnlyList{RedemptionGroup})"/> would do with each ticket now, in order of groups and winners.</summary>
    public async Task<IReadOnlyList<RedemptionOutcome>> PreviewRedeemAsync(IReadOnlyList<RedemptionGroup> groups, CancellationToken cancel = default)
    {
        var result = await Client.CallAsync(Redeem(groups), null, cancel).ConfigureAwait(false);
        var outcomes = Functions.Redeem.Decode(result).Bytes(0);
        return outcomes.Length == groups.Sum(group => group.Winners.Count)
            ? [.. outcomes.Select(outcome => (RedemptionOutcome)outcome)]
            : throw Quantity.Bad($"{outcomes.Length} outcomes for {groups.Sum(group => group.Winners.Count)} tickets");
    }

    /// <summary>Pays out credit of an account by its signature; the sender keeps the fee.</summary>
    public ContractCall WithdrawFor(WithdrawAuthorization authorization, Signature signature) => WithdrawFor(
        authorization.Account, authorization.To, authorization.Amount, authorization.Fee, authorization.Deadline, signature.Span.ToArray());

    private static byte[] Bytes(Signature? signature) => signature is { } given ? given.Span.ToArray() : [];
}
