using System.Buffers.Binary;
using System.Net;
using ClusterCast.Protocol.Signing;

namespace ClusterCast.Mesh.Nat.PortMapping;

/// <summary>PCP, opcode MAP (RFC 6887 §11).</summary>
internal sealed class Pcp : IPortMapper
{
    private const byte Version = 2;
    private const byte Map = 1;
    private const byte Answer = 0x80;
    private const int MapBytes = 60;
    private const int NonceAt = 24;
    private const int NonceBytes = 12;

    private readonly Gateway _gateway;

    // One nonce for all mappings of this node: it alone may renew or end them.
    private readonly byte[] _nonce = new byte[NonceBytes];

    /// <summary>Asks that router.</summary>
    public Pcp(Gateway gateway, IRandomSource random)
    {
        _gateway = gateway;
        random.Fill(_nonce);
    }

    /// <inheritdoc/>
    public string Name => "PCP";

    /// <inheritdoc/>
    public async Task<MappedPort?> MapAsync(PortWish wish, CancellationToken cancel)
    {
        if (await AskAsync(wish, (uint)PortMappingKeeper.Life.TotalSeconds, cancel) is not { } answer || answer[3] != 0)
        {
            return null;
        }

        var life = TimeSpan.FromSeconds(BinaryPrimitives.ReadUInt32BigEndian(answer.AsSpan(4)));
        var port = BinaryPrimitives.ReadUInt16BigEndian(answer.AsSpan(42));
        return port == 0 || life <= TimeSpan.Zero ? null : new MappedPort(wish, new IPEndPoint(NetAddresses.Plain(new IPAddress(answer.AsSpan(44, 16))), port), life);
    }

    /// <inheritdoc/>
    public Task UnmapAsync(MappedPort mapped, CancellationToken cancel) => AskAsync(mapped.Wish, 0, cancel);

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private Task<byte[]?> AskAsync(PortWish wish, uint seconds, CancellationToken cancel) => _gateway.AskAsync(
        own => Question(own, wish, seconds),
        bytes => bytes.Length >= MapBytes && bytes[0] == Version && bytes[1] == (Answer | Map) && bytes.AsSpan(NonceAt, NonceBytes).SequenceEqual(_nonce)
            && bytes[36] == Protocol(wish) && BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(40)) == wish.Port,
        cancel);

    private static byte Protocol(PortWish wish) => (byte)(wish.IsUdp ? 17 : 6);

    private byte[] Question(IPAddress own, PortWish wish, uint seconds)
    {
        var bytes = new byte[MapBytes];
        bytes[0] = Version;
        bytes[1] = Map;
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(4), seconds);
        own.MapToIPv6().TryWriteBytes(bytes.AsSpan(8), out _);
        _nonce.CopyTo(bytes, NonceAt);
        bytes[36] = Protocol(wish);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(40), wish.Port);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(42), seconds == 0 ? (ushort)0 : wish.Port);
        IPAddress.Any.MapToIPv6().TryWriteBytes(bytes.AsSpan(44), out _);
        return bytes;
    }
}
