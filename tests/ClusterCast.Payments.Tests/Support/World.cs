using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;
using ClusterCast.Protocol.Wire;
using ClusterCast.Protocol.Windows;

namespace ClusterCast.Payments.Tests;

/// <summary>One viewer, one relay and a ledger, with a clock that a test moves.</summary>
internal sealed class World : IDisposable, IPurseBalance
{
    public static readonly StreamId Stream = new(1);
    private readonly TempFolder _folder = new();

    public World(int seed = 1, TillTariff? tariff = null, TillPolicy? policy = null, ViewerLimits? limits = null, uint epochSeconds = 86_400, IReceiptFault? fault = null)
    {
        Random = new SeededRandom(seed);
        Epochs = new EpochClock(Time, epochSeconds);
        Ledger = new Ledger(Domains, Epochs);
        NodeKey = PrivateKey.Create(Random);
        ViewingKey = PrivateKey.Create(Random);
        SigningKey = PrivateKey.Create(Random);
        Tariff = tariff ?? new TillTariff(price: 1_000_000, faceValue: 400, ticketBytes: 250_000);
        Policy = policy ?? new TillPolicy { Exposure = TimeSpan.FromSeconds(5) };
        Limits = limits ?? new ViewerLimits { CeilingPrice = 2_000_000 };
        Fault = fault;
        Ledger.Set(ViewingKey.Address, new PurseState(3_000_000, 0, 0));
        Winners = WinnerStore.Open(_folder.File("winners.db"));
        Till = NewTill();
        Purse = NewPurse();
    }

    public ManualTime Time { get; } = new();

    public SeededRandom Random { get; }

    public EpochClock Epochs { get; }

    public Domains Domains { get; } = Domains.Of(31337, Key(0xa1), Key(0xa2), Key(0xa3));

    public Ledger Ledger { get; }

    public PrivateKey NodeKey { get; }

    public PrivateKey ViewingKey { get; }

    public PrivateKey SigningKey { get; }

    public TillTariff Tariff { get; }

    public TillPolicy Policy { get; }

    public ViewerLimits Limits { get; }

    public IReceiptFault? Fault { get; }

    public WinnerStore Winners { get; private set; }

    public Till Till { get; private set; }

    public Purse Purse { get; private set; }

    public ulong Spendable => Ledger.BalanceOf(ViewingKey.Address);

    public string File(string name) => _folder.File(name);

    public Purse NewPurse(DebtFile? file = null, PrivateKey? key = null) => Purse = new Purse(key ?? ViewingKey, Domains, Limits, this, Epochs, Random, file);

    /// <summary>The relay's process died and starts again on the same disk.</summary>
    public void RestartTill()
    {
        Till.Dispose();
        Winners.Dispose();
        Winners = WinnerStore.Open(_folder.File("winners.db"));
        Till = NewTill();
    }

    public Redeemer NewRedeemer(RedeemerOptions? options = null) => new(Winners, Ledger, options ?? new RedeemerOptions { Hold = TimeSpan.FromSeconds(3) }, Time);

    public Link Connect(ulong advertisedPrice = 0) => new(this, advertisedPrice);

    public SignedHead Head(uint window, byte root = 7, ulong bytes = 375_000)
    {
        var head = new Head(
            new TrackKey(Stream, 480), 1_000, window, 20, Keccak256.Hash([root]), bytes, 23, default, default, (ulong)Epochs.NowMs, HeadFlags.Last);
        var digest = head.Digest(Domains.StreamKeys);
        return new SignedHead(head, digest, SigningKey.Sign(digest), SigningKey.Address);
    }

    public void Dispose()
    {
        Till.Dispose();
        Winners.Dispose();
        _folder.Dispose();
    }

    private Till NewTill() => new(NodeKey, Domains, Tariff, Policy, Ledger, Winners, Epochs, Random) { ReceiptFault = Fault };

    private static Address Key(byte value) => Address.From([.. Enumerable.Repeat(value, 20)]);
}
