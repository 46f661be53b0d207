using ClusterCast.Chain.Abi;
using ClusterCast.Chain.Rpc;
using ClusterCast.Protocol.Identifiers;

namespace ClusterCast.Chain.Contracts;

/// <summary>Purses, redemption and credits (spec/contracts.md). Amounts are micro-USDC, times Unix seconds.</summary>
public sealed class TicketBroker(EvmClient client, Address address) : ContractBinding(client, address)
{
    private static readonly AbiFunction PurseOf = new("purseOf(address)", "((address,uint32,uint32,uint32))");
    private static readonly AbiFunction PursesOf = new("pursesOf(address)", "(address[4])");
    private static readonly AbiFunction HeldBy = new("heldBy(address)", "(uint256)");
    private static readonly AbiFunction CreditOf = new("creditOf(address)", "(uint256)");
    private static readonly AbiFunction NonceOf = new("nonceOf(address)", "(uint256)");
    private static readonly AbiFunction CurrentEpoch = new("currentEpoch()", "(uint32)");
    private static readonly AbiFunction IsSpent = new("isSpent(address,uint32,uint32)", "(bool)");
    private static readonly AbiFunction TreasuryFeesOf = new("treasuryFeesOf(address)", "(uint256,uint256)");
    private static readonly AbiFunction Domain = new("domainSeparator()", "(bytes32)");
    private static readonly AbiFunction DepositByAuthorization = new(
        "depositWithAuthorization(address,address,uint256,uint256,uint256,bytes32,uint256,uint256,bytes,bytes)");

    private static readonly AbiFunction DepositByPermit = new("depositWithPermit(address,uint256,uint256,bytes,bytes)");
    private static readonly AbiFunction DepositByAllowance = new("deposit(address,uint256,bytes)");
    private static readonly AbiFunction ExitRequest = new("requestExit(address,uint256)");
    private static readonly AbiFunction ExitFinish = new("finishExit(address,address)");
    private static readonly AbiFunction RedeemGroups = new("redeem((address,uint256,uint32,uint32,(bytes32,bytes32,bytes32,uint256)[])[])", "(bytes)");
    private static readonly AbiFunction WithdrawTo = new("withdraw(address,uint256)");
    private static readonly AbiFunction WithdrawForAccount = new("withdrawFor(address,address,uint256,uint256,uint256,bytes)");
    private static readonly AbiFunction Sweep = new("sweepTreasury(address[])", "(uint256)");

    /// <summary>A purse; <see cref="PurseState.Exists"/> is false when there is none.</summary>
    public async Task<PurseState> PurseAsync(Address viewingKey, CancellationToken cancel = default)
    {
        var purse = (await ReadAsync(PurseOf, cancel, viewingKey).ConfigureAwait(false)).Tuple(0);
        return new PurseState(purse.Address(0), purse.ULong(1), purse.ULong(2), purse.ULong(3));
    }

    /// <summary>The viewing keys that are listed for an owner, at most four.</summary>
    public async Task<IReadOnlyList<Address>> PursesOfAsync(Address owner, CancellationToken cancel = default) =>
        [.. (await ReadAsync(PursesOf, cancel, owner).ConfigureAwait(false)).List(0).Cast<Address>().Where(key => !key.IsZero)];

    /// <summary>What an owner's purses hold together.</summary>
    public async Task<ulong> HeldByAsync(Address owner, CancellationToken cancel = default) =>
        (await ReadAsync(HeldBy, cancel, owner).ConfigureAwait(false)).ULong(0);

    /// <summary>What an account has earned and not withdrawn.</summary>
    public async Task<ulong> CreditOfAsync(Address account, CancellationToken cancel = default) =>
        (await ReadAsync(CreditOf, cancel, account).ConfigureAwait(false)).ULong(0);

    /// <summary>The next nonce of an account's <see cref="WithdrawAuthorization"/>.</summary>
    public async Task<ulong> NonceOfAsync(Address account, CancellationToken cancel = default) =>
        (await ReadAsync(NonceOf, cancel, account).ConfigureAwait(false)).ULong(0);

    /// <summary>The epoch of the newest block.</summary>
    public async Task<uint> CurrentEpochAsync(CancellationToken cancel = default) =>
        (await ReadAsync(CurrentEpoch, cancel).ConfigureAwait(false)).UInt(0);

    /// <summary>Whether a relay's index is used in the current or the previous epoch.</summary>
    public async Task<bool> IsSpentAsync(Address relay, uint epoch, uint index, CancellationToken cancel = default) =>
        (await ReadAsync(IsSpent, cancel, relay, epoch, index).ConfigureAwait(false)).Bool(0);

    /// <summary>The treasury's share of what a relay redeemed: not yet swept, and ever.</summary>
    public async Task<(ulong Due, ulong Total)> TreasuryFeesOfAsync(Address relay, CancellationToken cancel = default)
    {
        var fees = await ReadAsync(TreasuryFeesOf, cancel, relay).ConfigureAwait(false);
        return (fees.ULong(0), fees.ULong(1));
    }

    /// <summary>The contract's own EIP-712 domain separator, to compare with the deployment's.</summary>
    public async Task<Hash32> DomainSeparatorAsync(CancellationToken cancel = default) =>
        (await ReadAsync(Domain, cancel).ConfigureAwait(false)).Hash(0);

    /// <summary>Fills a purse by the owner's signatures; anybody sends it and keeps <paramref name="fee"/> of the amount as credit.</summary>
    public ContractCall Deposit(DepositAuthorization deposit, ulong fee = 0) => Call(
        DepositByAuthorization,
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
    public ContractCall DepositFromAllowance(Address viewingKey, ulong amount, Signature? bind) =>
        Call(DepositByAllowance, viewingKey, amount, bind is { } signature ? signature.Span.ToArray() : []);

    /// <summary>Fills a purse of the sender by the sender's EIP-2612 permit for the contract.</summary>
    public ContractCall DepositWithPermit(Address viewingKey, ulong amount, ulong deadline, Signature permit, Signature? bind) =>
        Call(DepositByPermit, viewingKey, amount, deadline, permit.Span.ToArray(), bind is { } signature ? signature.Span.ToArray() : []);

    /// <summary>Sets the leaving part of a purse and starts the delay; 0 cancels. Sent by the owner.</summary>
    public ContractCall RequestExit(Address viewingKey, ulong amount) => Call(ExitRequest, viewingKey, amount);

    /// <summary>Pays the leaving part after the delay. Sent by the owner.</summary>
    public ContractCall FinishExit(Address viewingKey, Address to) => Call(ExitFinish, viewingKey, to);

    /// <summary>Redeems winners. A ticket that cannot be paid is skipped, never an error.</summary>
    public ContractCall Redeem(IReadOnlyList<RedemptionGroup> groups) => Call(RedeemGroups, (object)groups.Select(group => (object)group.ToAbi()).ToArray());

    /// <summary>What <see cref="Redeem"/> would do with each ticket now, in order of groups and winners.</summary>
    public async Task<IReadOnlyList<RedemptionOutcome>> PreviewRedeemAsync(IReadOnlyList<RedemptionGroup> groups, CancellationToken cancel = default)
    {
        var result = await Client.CallAsync(Redeem(groups), null, cancel).ConfigureAwait(false);
        var outcomes = RedeemGroups.Decode(result).Bytes(0);
        return outcomes.Length == groups.Sum(group => group.Winners.Count)
            ? [.. outcomes.Select(outcome => (RedemptionOutcome)outcome)]
            : throw Quantity.Bad($"{outcomes.Length} outcomes for {groups.Sum(group => group.Winners.Count)} tickets");
    }

    /// <summary>Pays out credit of the sender.</summary>
    public ContractCall Withdraw(Address to, ulong amount) => Call(WithdrawTo, to, amount);

    /// <summary>Pays out credit of an account by its signature; the sender keeps the fee.</summary>
    public ContractCall WithdrawFor(WithdrawAuthorization authorization, Signature signature) => Call(
        WithdrawForAccount, authorization.Account, authorization.To, authorization.Amount, authorization.Fee, authorization.Deadline, signature.Span.ToArray());

    /// <summary>Sends the treasury its share of what these relays redeemed.</summary>
    public ContractCall SweepTreasury(IEnumerable<Address> relays) => Call(Sweep, (object)relays.Select(relay => (object)relay).ToArray());
}
