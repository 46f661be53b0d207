using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Protocol.Tests.Wire;

public sealed class LanBeaconTests
{
    [Fact]
    public void What_is_written_is_read() => Fuzzing.Run(1_000, random =>
    {
        var beacon = Make(random);
        var bytes = beacon.Encode();
        Assert.Equal(LanBeacon.Size, bytes.Length);
        Assert.True(LanBeacon.TryRead(bytes, out var read));
        Assert.Equal(beacon, read);
    });

    internal static LanBeacon Make(Random random) => new(
        (LanBeaconKind)random.Next(1, 3), (ulong)random.NextInt64(), Address.From(random.Bytes(Address.Size)), Address.From(random.Bytes(Address.Size)), (ushort)random.Next(1, 65_536));
}

/// <summary>Whatever comes from the LAN is a beacon, the same when written again, or is not one.</summary>
public sealed class LanBeaconFuzzTests
{
    [Fact]
    public void Random_datagrams() => Fuzzing.Run(5_000, random => Read(random.Bytes(random.Next(2 * LanBeacon.Size))));

    [Fact]
    public void Damaged_beacons() => Fuzzing.Run(5_000, random => Read(random.Mutate(LanBeaconTests.Make(random).Encode())));

    private static void Read(byte[] datagram)
    {
        if (LanBeacon.TryRead(datagram, out var beacon))
        {
            Assert.Equal(datagram, beacon.Encode());
        }
    }
}
