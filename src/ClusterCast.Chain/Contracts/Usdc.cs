namespace ClusterCast.Chain.Contracts;

public sealed partial class Usdc
{
    /// <summary>The token's EIP-712 domain, from its name, its version and the node's chain id.</summary>
    public async Task<UsdcDomain> DomainAsync(CancellationToken cancel = default)
    {
        var name = await NameAsync(cancel).ConfigureAwait(false);
        var version = await VersionAsync(cancel).ConfigureAwait(false);
        return new UsdcDomain(name, version, await Client.ChainIdAsync(cancel).ConfigureAwait(false), Address);
    }
}
