using System.Buffers.Binary;
using ClusterCast.Chain.Contracts;
using ClusterCast.Chain.Rpc;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;
using ClusterCast.Protocol.Tickets;

namespace ClusterCast.Node.Bench.Operations;

/// <summary>A redemption of winners of four purses at the least face value, with neighbouring indexes as a till gives them.</summary>
internal sealed class RedeemOperation : IChainOperation
{
    private const int IndexesPerWord = 224;

    // Certain but for one draw in 2^64.
    private const ulong WinProbability = ulong.MaxValue;

    private StreamId _stream;
    private uint _epoch;
    private uint _index;

    public string Name => "redeem";

    public ulong GasBound(ChainBenchOptions options) => 200_000 + (35_000 * (ulong)options.Tickets);

    public async Task<ulong> MicroUsdcAsync(BenchBed bed, int calls, CancellationToken stop)
    {
        ulong missing = 0;
        foreach (var key in bed.ViewingKeys)
        {
            missing += await MissingAsync(bed, key, calls, stop).ConfigureAwait(false);
        }

        return missing;
    }

    public async Task PrepareAsync(BenchBed bed, int calls, CancellationToken stop)
    {
        foreach (var key in bed.ViewingKeys)
        {
            if (await MissingAsync(bed, key, calls, stop).ConfigureAwait(false) is var missing and > 0)
            {
                await bed.Sender.SendAsync(await bed.DepositAsync(key, missing, stop).ConfigureAwait(false), stop).ConfigureAwait(false);
            }
        }

        _stream = await bed.StreamAsync(stop).ConfigureAwait(false);
        _epoch = await bed.Broker.CurrentEpochAsync(stop).ConfigureAwait(false);

        // Indexes of earlier runs of the account are spent.
        _index = BinaryPrimitives.ReadUInt32BigEndian(Random().Span) / IndexesPerWord / 2 * IndexesPerWord;
    }

    public Task<ContractCall> NextAsync(BenchBed bed, CancellationToken stop) =>
        Task.FromResult(bed.Broker.Redeem(RedemptionGroup.Of([.. Enumerable.Range(0, bed.Tickets).Select(i => Winner(bed, bed.ViewingKeys[i % bed.ViewingKeys.Count]))])));

    public bool Did(BenchBed bed, TransactionReceipt receipt) =>
        TicketBrokerEvent.Of(receipt, bed.Broker.Address).OfType<TicketBrokerEvent.Redeemed>().Sum(redeemed => redeemed.Tickets.Count) == bed.Tickets;

    private WinningTicket Winner(BenchBed bed, PrivateKey viewingKey)
    {
        var index = _index++;
        while (true)
        {
            var r = Random();
            var salt = BinaryPrimitives.ReadUInt128BigEndian(Random().Span);
            var ticket = new Ticket(bed.Key.Address, _stream, 1, Draw.Commit(r, index), salt, bed.Deployment.MinFaceValue, WinProbability, _epoch);
            var digest = ticket.Digest(bed.Deployment.Domains.TicketBroker);
            if (Draw.Wins(r, digest, WinProbability))
            {
                return new WinningTicket(ticket, viewingKey.Sign(digest), r, index);
            }
        }
    }

    private static async Task<ulong> MissingAsync(BenchBed bed, PrivateKey viewingKey, int calls, CancellationToken stop)
    {
        var tickets = (bed.Tickets + bed.ViewingKeys.Count - 1) / bed.ViewingKeys.Count * calls;
        var needed = (ulong)tickets * bed.Deployment.MinFaceValue;
        var held = (await bed.Broker.PurseAsync(viewingKey.Address, stop).ConfigureAwait(false)).Available;
        return needed > held ? needed - held : 0;
    }

    private static Hash32 Random()
    {
        Span<byte> bytes = stackalloc byte[Hash32.Size];
        SystemRandomSource.Instance.Fill(bytes);
        return Hash32.From(bytes);
    }
}
