using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace ClusterCast.Mesh.Tests.Nat;

/// <summary>A router's side of NAT-PMP and PCP on loopback, written from the RFCs without the code that is tested. It maps every port to the one 1,000 above.</summary>
internal sealed class LoopbackRouter : IAsyncDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _work;
    private readonly HashSet<(byte Protocol, ushort Port)> _mapped = [];

    public LoopbackRouter(bool pcp = true, bool natPmp = true, uint life = 3_600, Func<byte[], byte[]>? spoil = null)
    {
        _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _work = Task.Run(() => AnswerAsync(pcp, natPmp, life, spoil ?? (bytes => bytes)));
    }

    public IPEndPoint Local => (IPEndPoint)_socket.LocalEndPoint!;

    /// <summary>What is let in, by protocol (6 TCP, 17 UDP) and port.</summary>
    public IReadOnlyList<(byte Protocol, ushort Port)> Mapped
    {
        get
        {
            lock (_mapped)
            {
                return [.. _mapped.Order()];
            }
        }
    }

    public int Questions { get; private set; }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _work;
        _socket.Dispose();
        _stop.Dispose();
    }

    private async Task AnswerAsync(bool pcp, bool natPmp, uint life, Func<byte[], byte[]> spoil)
    {
        var buffer = new byte[1_100];
        try
        {
            while (true)
            {
                var received = await _socket.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0), _stop.Token);
                Questions++;
                var question = buffer.AsSpan(0, received.ReceivedBytes).ToArray();
                var answer = question[0] == 2 && pcp ? AnswerPcp(question, life)
                    : question[0] == 0 && natPmp ? AnswerNatPmp(question, life)
                    : [0, (byte)(128 | question[1]), 0, 1, 0, 0, 0, 9]; // Unsupported version.
                await _socket.SendToAsync(spoil(answer), received.RemoteEndPoint, _stop.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // The end.
        }
    }

    private byte[] AnswerNatPmp(byte[] question, uint life)
    {
        if (question[1] == 0)
        {
            return [0, 128, 0, 0, 0, 0, 0, 9, 203, 0, 113, 7];
        }

        var inside = BinaryPrimitives.ReadUInt16BigEndian(question.AsSpan(4));
        var wanted = BinaryPrimitives.ReadUInt32BigEndian(question.AsSpan(8));
        var granted = Math.Min(wanted, life);
        Keep(question[1] == 1 ? (byte)17 : (byte)6, inside, granted > 0);
        var answer = new byte[16];
        answer[1] = (byte)(128 | question[1]);
        BinaryPrimitives.WriteUInt16BigEndian(answer.AsSpan(8), inside);
        BinaryPrimitives.WriteUInt16BigEndian(answer.AsSpan(10), granted > 0 ? (ushort)(inside + 1_000) : (ushort)0);
        BinaryPrimitives.WriteUInt32BigEndian(answer.AsSpan(12), granted);
        return answer;
    }

    private byte[] AnswerPcp(byte[] question, uint life)
    {
        var inside = BinaryPrimitives.ReadUInt16BigEndian(question.AsSpan(40));
        var granted = Math.Min(BinaryPrimitives.ReadUInt32BigEndian(question.AsSpan(4)), life);
        Keep(question[36], inside, granted > 0);
        var answer = question.ToArray();
        answer[1] |= 0x80;
        answer[3] = 0;
        BinaryPrimitives.WriteUInt32BigEndian(answer.AsSpan(4), granted);
        BinaryPrimitives.WriteUInt16BigEndian(answer.AsSpan(42), (ushort)(inside + 1_000));
        new byte[] { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 203, 0, 113, 7 }.CopyTo(answer, 44);
        return answer;
    }

    private void Keep(byte protocol, ushort port, bool maps)
    {
        lock (_mapped)
        {
            _ = maps ? _mapped.Add((protocol, port)) : _mapped.Remove((protocol, port));
        }
    }
}
