using ClusterCast.Chain.Contracts;
using ClusterCast.Chain.Transactions;
using ClusterCast.Node.Configuration;
using ClusterCast.Node.Devnet;
using ClusterCast.Node.Hosting;
using ClusterCast.Node.Network;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;

namespace ClusterCast.Node.Portal;

/// <summary>A deposit that a page asks the portal to send: all numbers decimal, all bytes hex.</summary>
public sealed record DepositRequest(
    string Owner, string ViewingKey, string Amount, string MaxFee, string ValidAfter, string ValidBefore, string Salt, string Bind, string Authorization);

/// <summary>Sends deposits that viewers signed; the portal pays the gas and takes no fee.</summary>
public sealed class DepositDesk(ChainAccess chain, PrivateKey account, DevnetFaucet? faucet)
{
    private const ulong GasReserve = 1_000_000;
    private readonly TransactionSender _sender = new(chain.Client, account);
    private readonly SemaphoreSlim _funding = new(1);
    private bool _funded;

    /// <summary>The faucet; null on real networks.</summary>
    public DevnetFaucet? Faucet => faucet;

    /// <summary>Sends a deposit and waits until it is in a block; gives the transaction's hash.</summary>
    /// <exception cref="NodeException">A field is malformed.</exception>
    /// <exception cref="Chain.ChainException">The contract refused it.</exception>
    public async Task<Hash32> SendAsync(DepositRequest request, CancellationToken stop)
    {
        var amount = Inputs.Whole(request.Amount, "amount");
        DepositAuthorization.CheckAmount(amount);
        DepositAuthorization deposit;
        try
        {
            deposit = new DepositAuthorization(
                Address.Parse(request.Owner), Address.Parse(request.ViewingKey), amount, Inputs.Whole(request.MaxFee, "maxFee"), Hash32.Parse(request.Salt),
                Inputs.Whole(request.ValidAfter, "validAfter"), Inputs.Whole(request.ValidBefore, "validBefore"), Signature.Parse(request.Authorization), Signature.Parse(request.Bind));
        }
        catch (FormatException e)
        {
            throw new NodeException($"The deposit is malformed: {e.Message}", ExitCode.Data);
        }

        await FundAsync(stop).ConfigureAwait(false);
        return (await _sender.SendAsync(chain.Broker.Deposit(deposit), stop).ConfigureAwait(false)).Hash;
    }

    private async Task FundAsync(CancellationToken stop)
    {
        await _funding.WaitAsync(stop).ConfigureAwait(false);
        try
        {
            if (!_funded && faucet is not null)
            {
                await faucet.GrantAsync(account.Address, GasReserve, stop).ConfigureAwait(false);
                _funded = true;
            }
        }
        finally
        {
            _funding.Release();
        }
    }
}
