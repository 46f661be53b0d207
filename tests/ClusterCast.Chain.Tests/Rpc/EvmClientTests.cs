using System.Net;
using System.Net.Sockets;
using System.Text;
using ClusterCast.Chain.Rpc;
using ClusterCast.Chain.Tests.Support;
using ClusterCast.Protocol.Identifiers;

namespace ClusterCast.Chain.Tests.Rpc;

public class EvmClientTests(DevnetFixture chain)
{
    [Fact]
    public async Task The_node_tells_about_itself()
    {
        Assert.Equal(31337UL, await chain.Client.ChainIdAsync());
        Assert.StartsWith("anvil/", await chain.Client.ClientVersionAsync(), StringComparison.Ordinal);
        var number = await chain.Client.BlockNumberAsync();
        var block = await chain.Client.BlockAsync(number);
        Assert.Equal(number, block!.Number);
        Assert.Equal(block.Parent, (await chain.Client.BlockAsync(number - 1))!.Hash);
        Assert.Null(await chain.Client.BlockAsync(1UL << 50));
        Assert.Null(await chain.Client.ReceiptAsync(default));
        Assert.Empty(await chain.Client.CodeAsync(default));
        Assert.NotEmpty(await chain.Client.CodeAsync(chain.Deployment.TicketBroker));
        Assert.True((await chain.Client.FeesAsync()).BaseFee > 0);
    }

    [Fact]
    public async Task A_node_that_does_not_answer_is_named_with_the_remedy()
    {
        using var closed = new TcpListener(IPAddress.Loopback, 0);
        closed.Start();
        var port = ((IPEndPoint)closed.LocalEndpoint).Port;
        closed.Stop();
        using var client = new EvmClient(new Uri($"http://127.0.0.1:{port}"));
        var e = await ChainAssert.FailsAsync(ChainFault.NodeUnreachable, () => client.ChainIdAsync());
        Assert.Contains($"http://127.0.0.1:{port}", e.Cause, StringComparison.Ordinal);
        Assert.Contains("clustercast devnet", e.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_that_is_silent_times_out()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        using var client = new EvmClient(new Uri($"http://{silent.LocalEndpoint}"), TimeSpan.FromMilliseconds(100));
        await ChainAssert.FailsAsync(ChainFault.Timeout, () => client.ChainIdAsync());
    }

    [Fact]
    public async Task The_callers_cancellation_is_no_failure_of_the_node()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        using var client = new EvmClient(new Uri($"http://{silent.LocalEndpoint}"));
        using var cancel = new CancellationTokenSource();
        var asking = client.ChainIdAsync(cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
    }

    [Theory]
    [InlineData("<html>not a node</html>")]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"result":17}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"result":"0x"}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"result":"0x10000000000000000"}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"result":null}""")]
    public async Task An_answer_that_is_none_is_refused(string body)
    {
        await using var server = new OneAnswerServer(body);
        using var client = new EvmClient(server.Url);
        await ChainAssert.FailsAsync(ChainFault.BadResponse, () => client.ChainIdAsync());
    }

    [Fact]
    public async Task An_answer_without_end_is_cut_off()
    {
        await using var server = new OneAnswerServer(new string(' ', 33 << 20));
        using var client = new EvmClient(server.Url);
        await ChainAssert.FailsAsync(ChainFault.BadResponse, () => client.ChainIdAsync());
    }

    [Fact]
    public async Task An_error_of_the_node_keeps_its_code_and_fits_on_a_line()
    {
        await using var server = new OneAnswerServer("""{"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"no\nsuch method"}}""");
        using var client = new EvmClient(server.Url);
        var e = await ChainAssert.FailsAsync(ChainFault.RpcError, () => client.ChainIdAsync());
        Assert.Equal(-32601, e.RpcCode);
    }

    [Theory]
    [InlineData("ftp://127.0.0.1")]
    [InlineData("127.0.0.1:8545")]
    public void A_url_that_is_none_is_refused(string url) =>
        Assert.Equal(ChainFault.InvalidInput, Assert.Throws<ChainException>(() => new EvmClient(new Uri(url, UriKind.RelativeOrAbsolute))).Fault);

    [Fact]
    public async Task A_call_to_an_address_without_a_contract_says_so()
    {
        var usdc = new Chain.Contracts.Usdc(chain.Client, Address.Parse("0x00000000000000000000000000000000000000ff"));
        await ChainAssert.FailsAsync(ChainFault.BadDeployment, () => usdc.BalanceOfAsync(default));
    }

    /// <summary>Answers every connection with the same body and closes it.</summary>
    private sealed class OneAnswerServer : IAsyncDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly CancellationTokenSource _stop = new();
        private readonly Task _serving;

        public OneAnswerServer(string body)
        {
            _listener.Start();
            Url = new Uri($"http://{_listener.LocalEndpoint}");
            _serving = ServeAsync(Encoding.UTF8.GetBytes($"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}"));
        }

        public Uri Url { get; }

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _serving;
            _listener.Stop();
            _stop.Dispose();
        }

        private async Task ServeAsync(byte[] answer)
        {
            while (!_stop.IsCancellationRequested)
            {
                try
                {
                    using var socket = await _listener.AcceptSocketAsync(_stop.Token);
                    await socket.ReceiveAsync(new byte[8192], _stop.Token);
                    await socket.SendAsync(answer, _stop.Token);
                    socket.Shutdown(SocketShutdown.Send);
                    while (await socket.ReceiveAsync(new byte[8192], _stop.Token) > 0)
                    {
                    }
                }
                catch (Exception e) when (e is SocketException or OperationCanceledException)
                {
                    // The client has hung up, or the test is over.
                }
            }
        }
    }
}
