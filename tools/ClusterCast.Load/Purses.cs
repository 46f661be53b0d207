using System.Buffers.Binary;
using ClusterCast.Chain.Contracts;
using ClusterCast.Chain.Transactions;
using ClusterCast.Node.Devnet;
using ClusterCast.Node.Network;
using ClusterCast.Payments;
using ClusterCast.Protocol.Signing;

namespace ClusterCast.Load;

/// <summary>Purses with real USDC of a devnet: enough of them for a number of sessions, since a relay serves eight of one purse.</summary>
internal sealed class Purses(IReadOnlyList<Purse> purses)
{
    private const int SessionsOfPurse = 8;
    private const int PursesOfOwner = 4;
    private const ulong Deposit = 2_000_000;

    private int _next;

    /// <summary>The next purse, one after the other.</summary>
    public Purse Next() => purses[_next++ % purses.Count];

    /// <summary>Makes and fills them.</summary>
    public static async Task<Purses> OpenAsync(ChainAccess chain, int sessions, CancellationToken stop)
    {
        var count = (sessions + SessionsOfPurse - 1) / SessionsOfPurse;
        var owners = Enumerable.Range(0, (count + PursesOfOwner - 1) / PursesOfOwner).Select(i => Key("owner", i)).ToList();
        var faucet = new DevnetFaucet(chain);
        foreach (var owner in owners)
        {
            await faucet.GrantAsync(owner.Address, PursesOfOwner * Deposit, stop);
        }

        var domain = await chain.Usdc.DomainAsync(stop);
        var newest = await chain.Client.BlockAsync(null, stop);
        var epochs = new EpochClock(TimeProvider.System, chain.Deployment.EpochSeconds);
        var purses = new Purse[count];
        await Task.WhenAll(owners.Select(async (owner, number) =>
        {
            var sender = new TransactionSender(chain.Client, owner);
            for (var i = number * PursesOfOwner; i < Math.Min(count, (number + 1) * PursesOfOwner); i++)
            {
                var key = Key("purse", i);
                var deposit = DepositAuthorization.Sign(owner, key, Deposit, 0, newest!.Timestamp + 3_600, chain.Deployment, domain, SystemRandomSource.Instance);
                await sender.SendAsync(chain.Broker.Deposit(deposit), stop);
                var purse = new Purse(key, chain.Domains, new ViewerLimits { CeilingPrice = 1_000_000 }, new Balance(), epochs, SystemRandomSource.Instance);
                purse.Problem += problem => Console.Error.WriteLine(problem);
                _ = purse.RunAsync(stop);
                purses[i] = purse;
            }
        }));
        return new Purses(purses);
    }

    private static PrivateKey Key(string kind, int number)
    {
        Span<byte> index = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(index, number);
        return PrivateKey.From(Keccak256.Hash([.. "clustercast load "u8, .. System.Text.Encoding.ASCII.GetBytes(kind), .. index]).Span);
    }

    // What is paid in one run is far below what was deposited.
    private sealed class Balance : IPurseBalance
    {
        public ulong Spendable => Deposit;
    }
}
