using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;

namespace ClusterCast.Chain.Devnet;

/// <summary>
/// The accounts of every devnet: those of the development mnemonic "test test test test test test test test test test test junk",
/// path m/44'/60'/0'/0/i. The keys are public: whatever they hold on a real network is anybody's.
/// </summary>
public static class DemoAccounts
{
    /// <summary>All ten keys.</summary>
    public static IReadOnlyList<PrivateKey> All { get; } =
    [
        PrivateKey.Parse("0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"),
        PrivateKey.Parse("0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d"),
        PrivateKey.Parse("0x5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a"),
        PrivateKey.Parse("0x7c852118294e51e653712a81e05800f419141751be58f605c371e15141b007a6"),
        PrivateKey.Parse("0x47e179ec197488593b187f80a00eb0da91f1b9d0b13f8733639f19c30a34926a"),
        PrivateKey.Parse("0x8b3a350cf5c34c9194ca85829a2df0ec3153be0318b5e2d3348e872092edffba"),
        PrivateKey.Parse("0x92db14e403b83dfe3df233f83dfa3a0d7096f21ca9b0d6d6b8d88b2b4ec1564e"),
        PrivateKey.Parse("0x4bbbf85ce3377467afe5d46f804f221813b2bb87f24d81f60f1fcdbf7cbf4356"),
        PrivateKey.Parse("0xdbda1821b80551c9d65939329250298aa3472ba22feea921c0cf5d620ea67b97"),
        PrivateKey.Parse("0x2a871d0798f97d79848a013d4936a73bf4cc922c825d33c1cf7073dff6d409c6"),
    ];

    /// <summary>Creates the contracts and mints USDC.</summary>
    public static PrivateKey Deployer => All[0];

    /// <summary>Owns stream 1 and is the payee of its terms.</summary>
    public static PrivateKey BroadcasterOwner => All[1];

    /// <summary>Signs the heads of stream 1.</summary>
    public static PrivateKey SigningKey => All[2];

    /// <summary>Node keys of three relays.</summary>
    public static IReadOnlyList<PrivateKey> Relays { get; } = [All[3], All[4], All[5]];

    /// <summary>Wallets of three viewers.</summary>
    public static IReadOnlyList<PrivateKey> Viewers { get; } = [All[6], All[7], All[8]];

    /// <summary>The treasury.</summary>
    public static PrivateKey Treasury => All[9];

    /// <summary>An account that nobody has the key of, for places that must be taken by somebody who never acts.</summary>
    internal static Address Nobody(string role) =>
        Address.From(Keccak256.Hash(System.Text.Encoding.ASCII.GetBytes($"clustercast devnet {role}")).Span[12..]);
}
