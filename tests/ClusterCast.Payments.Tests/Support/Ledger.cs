using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;
using ClusterCast.Protocol.Tickets;

namespace ClusterCast.Payments.Tests;

/// <summary>The broker's rules over a ledger in memory, with blocks that can be taken back.</summary>
internal sealed class Ledger(Domains domains, EpochClock epochs) : ITillChain, IRedemptionChain
{
    private readonly List<Block> _blocks = [];
    private readonly Dictionary<Hash32, IReadOnlyList<RedemptionGroup>> _waiting = [];
    private Books _books = new();
    private ulong _sent;

    public StreamTerms? Terms { get; set; } = new StreamTerms(1, 0, 500);

    public TillChainException? ReadFailure { get; set; }

    public RedemptionException? SubmitFailure { get; set; }

    public int Submissions { get; private set; }

    public int Previews { get; private set; }

    public ulong Cost { get; set; }

    /// <summary>Mine every transaction at once.</summary>
    public bool MinesAtOnce { get; set; } = true;

    public ulong Redeemed => _books.Redeemed;

    public void Set(Address viewingKey, PurseState state) => _books.Purses[viewingKey] = state;

    public ulong BalanceOf(Address viewingKey) => _books.Purses.TryGetValue(viewingKey, out var purse) ? purse.Balance : 0;

    public ValueTask<PurseState?> GetPurseAsync(Address viewingKey, CancellationToken cancellationToken) =>
        ReadFailure is { } failure ? throw failure : ValueTask.FromResult<PurseState?>(_books.Purses.TryGetValue(viewingKey, out var purse) ? purse : null);

    public ValueTask<StreamTerms?> GetTermsAsync(StreamId stream, CancellationToken cancellationToken) => ValueTask.FromResult(Terms);

    public Task<RedemptionPreview> PreviewAsync(IReadOnlyList<RedemptionGroup> groups, CancellationToken cancellationToken)
    {
        Previews++;
        return Task.FromResult(new RedemptionPreview(Redeem(_books.Copy(), groups).Outcomes, Cost));
    }

    public Task<Hash32> SubmitAsync(IReadOnlyList<RedemptionGroup> groups, CancellationToken cancellationToken)
    {
        if (SubmitFailure is { } failure)
        {
            throw failure;
        }

        Submissions++;
        var hash = Keccak256.Hash(BitConverter.GetBytes(++_sent));
        _waiting.Add(hash, groups);
        if (MinesAtOnce)
        {
            Mine();
        }

        return Task.FromResult(hash);
    }

    public Task<ReceiptStatus> GetStatusAsync(Hash32 transaction, CancellationToken cancellationToken)
    {
        var at = _blocks.FindIndex(block => block.Paid.ContainsKey(transaction));
        return Task.FromResult(
            at >= 0 ? new ReceiptStatus(RedemptionPhase.Included, (ulong)(_blocks.Count - at), _blocks[at].Paid[transaction])
            : _waiting.ContainsKey(transaction) ? ReceiptStatus.Pending
            : ReceiptStatus.Unknown);
    }

    public void Mine()
    {
        var before = _books.Copy();
        var paid = _waiting.ToDictionary(entry => entry.Key, entry => Redeem(_books, entry.Value).Paid);
        _waiting.Clear();
        _blocks.Add(new Block(before, paid));
    }

    /// <summary>Takes back the newest block and forgets its transactions.</summary>
    public void Reorg()
    {
        _books = _blocks[^1].Before;
        _blocks.RemoveAt(_blocks.Count - 1);
    }

    /// <summary>Forgets transactions that wait.</summary>
    public void Drop() => _waiting.Clear();

    private (List<RedemptionOutcome> Outcomes, HashSet<WinnerKey> Paid) Redeem(Books books, IReadOnlyList<RedemptionGroup> groups)
    {
        var outcomes = new List<RedemptionOutcome>();
        var paid = new HashSet<WinnerKey>();
        foreach (var group in groups)
        {
            foreach (var winner in group.Winners)
            {
                var outcome = Redeem(books, group, winner, out var key);
                outcomes.Add(outcome);
                if (outcome == RedemptionOutcome.Redeemed)
                {
                    paid.Add(key);
                }
            }
        }

        return (outcomes, paid);
    }

    private RedemptionOutcome Redeem(Books books, RedemptionGroup group, Winner winner, out WinnerKey key)
    {
        var fields = winner.PackedFields().Span;
        var salt = System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(fields);
        var probability = System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(fields[16..]);
        var index = System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(fields[24..]);
        var epoch = System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(fields[28..]);
        var ticket = new Ticket(group.Relay, group.Stream, group.Terms, Draw.Commit(winner.R, index), salt, group.FaceValue, probability, epoch);
        var digest = ticket.Digest(domains.TicketBroker);
        key = default;
        if (!Secp256k1.TryRecover(digest, winner.Signature, out var signer))
        {
            return RedemptionOutcome.BadSignature;
        }

        key = new WinnerKey(signer, epoch, index);
        if (!Draw.Wins(winner.R, digest, probability))
        {
            return RedemptionOutcome.NotWon;
        }

        var now = epochs.Current;
        var word = ((ulong)(epoch & 1) << 32) | (index / 224);
        if (epoch != now && epoch + 1 != now)
        {
            return RedemptionOutcome.OutsideEpoch;
        }

        var page = books.Spent.TryGetValue((group.Relay, word), out var known) && known.Epoch == epoch ? known.Bits : [];
        if (page.Contains(index % 224))
        {
            return RedemptionOutcome.Spent;
        }

        if (Terms is not { } terms || terms.Version != group.Terms)
        {
            return RedemptionOutcome.NoTerms;
        }

        if (!books.Purses.TryGetValue(signer, out var purse))
        {
            return RedemptionOutcome.NoPurse;
        }

        if (purse.Balance < group.FaceValue)
        {
            return RedemptionOutcome.PurseTooLow;
        }

        books.Spent[(group.Relay, word)] = (epoch, [.. page, index % 224]);
        books.Purses[signer] = purse with { Balance = purse.Balance - group.FaceValue };
        books.Redeemed += group.FaceValue;
        return RedemptionOutcome.Redeemed;
    }

    private sealed record Block(Books Before, Dictionary<Hash32, HashSet<WinnerKey>> Paid);

    private sealed class Books
    {
        public Dictionary<Address, PurseState> Purses { get; private init; } = [];

        public Dictionary<(Address, ulong), (uint Epoch, HashSet<uint> Bits)> Spent { get; private init; } = [];

        public ulong Redeemed { get; set; }

        public Books Copy() => new() { Purses = new(Purses), Spent = new(Spent), Redeemed = Redeemed };
    }
}
