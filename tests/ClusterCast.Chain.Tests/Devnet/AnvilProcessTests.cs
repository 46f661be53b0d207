using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using ClusterCast.Chain.Devnet;
using ClusterCast.Chain.Rpc;
using ClusterCast.Chain.Tests.Support;

namespace ClusterCast.Chain.Tests.Devnet;

public class AnvilProcessTests
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task It_takes_a_free_port_and_ends_when_disposed()
    {
        var anvil = await AnvilProcess.StartAsync(0, chainId: 4_343);
        var id = anvil.Id;
        using var client = new EvmClient(anvil.Url);
        Assert.Equal(4_343UL, await client.ChainIdAsync());
        await anvil.DisposeAsync();
        await anvil.DisposeAsync();
        Assert.True(anvil.Ended.IsCompleted);
        Assert.False(Directory.Exists($"/proc/{id}"));
        await ChainAssert.FailsAsync(ChainFault.NodeUnreachable, () => client.ChainIdAsync());
    }

    [Fact]
    public async Task A_port_in_use_is_named()
    {
        using var holder = new TcpListener(IPAddress.Loopback, 0);
        holder.Start();
        var port = ((IPEndPoint)holder.LocalEndpoint).Port;
        var e = await ChainAssert.FailsAsync(ChainFault.PortInUse, () => AnvilProcess.StartAsync(port));
        Assert.Contains($"Port {port}", e.Cause, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(65_536)]
    public async Task A_port_that_is_none_is_refused(int port) => await ChainAssert.FailsAsync(ChainFault.InvalidInput, () => AnvilProcess.StartAsync(port));

    [Fact]
    public async Task It_ends_when_its_parent_is_killed()
    {
        // The test program itself is the parent: started again with an argument, it starts anvil, prints its process id and waits.
        using var parent = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, [AnvilParent.Argument]) { RedirectStandardOutput = true, RedirectStandardInput = true })!;
        var line = await parent.StandardOutput.ReadLineAsync().WaitAsync(Bound);
        using var anvil = Process.GetProcessById(int.Parse(line!, System.Globalization.CultureInfo.InvariantCulture));
        try
        {
            parent.Kill();
            await anvil.WaitForExitAsync().WaitAsync(Bound);
        }
        finally
        {
            anvil.Kill();
        }
    }
}
