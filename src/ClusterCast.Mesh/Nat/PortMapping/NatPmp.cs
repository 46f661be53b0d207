using System.Buffers.Binary;
using System.Net;

namespace ClusterCast.Mesh.Nat.PortMapping;

/// <summary>NAT-PMP (RFC 6886).</summary>
internal sealed class NatPmp(Gateway gateway) : IPortMapper
{
    private const byte Version = 0;
    private const byte AddressOpcode = 0;
    private const byte Answer = 128;
    private const ushort Success = 0;

    /// <inheritdoc/>
    public string Name => "NAT-PMP";

    /// <inheritdoc/>
    public async Task<MappedPort?> MapAsync(PortWish wish, CancellationToken cancel)
    {
        if (await gateway.AskAsync(_ => [Version, AddressOpcode], bytes => IsAnswer(bytes, AddressOpcode, 12), cancel) is not { } outside || Result(outside) != Success
            || await AskAsync(wish, wish.Port, (uint)PortMappingKeeper.Life.TotalSeconds, cancel) is not { } mapped || Result(mapped) != Success)
        {
            return null;
        }

        var port = BinaryPrimitives.ReadUInt16BigEndian(mapped.AsSpan(10));
        var life = TimeSpan.FromSeconds(BinaryPrimitives.ReadUInt32BigEndian(mapped.AsSpan(12)));
        return port == 0 || life <= TimeSpan.Zero ? null : new MappedPort(wish, new IPEndPoint(new IPAddress(outside.AsSpan(8, 4)), port), life);
    }

    /// <inheritdoc/>
    public Task UnmapAsync(MappedPort mapped, CancellationToken cancel) => AskAsync(mapped.Wish, 0, 0, cancel);

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private static bool IsAnswer(byte[] bytes, byte opcode, int length) =>
        bytes.Length == length && bytes[0] == Version && bytes[1] == Answer + opcode;

    private static ushort Result(byte[] bytes) => BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(2));

    private Task<byte[]?> AskAsync(PortWish wish, ushort outside, uint seconds, CancellationToken cancel)
    {
        var opcode = (byte)(wish.IsUdp ? 1 : 2);
        var question = new byte[12];
        question[1] = opcode;
        BinaryPrimitives.WriteUInt16BigEndian(question.AsSpan(4), wish.Port);
        BinaryPrimitives.WriteUInt16BigEndian(question.AsSpan(6), outside);
        BinaryPrimitives.WriteUInt32BigEndian(question.AsSpan(8), seconds);
        return gateway.AskAsync(_ => question, bytes => IsAnswer(bytes, opcode, 16) && BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(8)) == wish.Port, cancel);
    }
}
