using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh.Transports.Lane;

/// <summary>How many parity shards a block gets.</summary>
internal static class ParityPlan
{
    /// <summary>Share of blocks that may need a second sending: three hops in a row then repeat three blocks in ten thousand.</summary>
    public const double Target = 1e-4;

    /// <summary>
    /// The fewest parity shards that keep the chance of more losses than that below <see cref="Target"/>, at most half of the data shards (a block of one or two
    /// has up to two: that is cheap in bytes).
    /// </summary>
    public static int For(int data, double loss)
    {
        var most = Math.Min(Math.Max(data / 2, 2), Shard.MaxShards - data);
        for (var parity = 0; parity < most; parity++)
        {
            if (Fails(data, parity, loss) <= Target)
            {
                return parity;
            }
        }

        return most;
    }

    /// <summary>The chance that more than <paramref name="parity"/> of all shards are lost, each by itself.</summary>
    public static double Fails(int data, int parity, double loss)
    {
        if (loss >= 1)
        {
            return 1;
        }

        var sent = data + parity;
        var exactly = Math.Pow(1 - loss, sent);
        var atMost = exactly;
        for (var lost = 1; lost <= parity; lost++)
        {
            exactly *= (sent - lost + 1) * loss / (lost * (1 - loss));
            atMost += exactly;
        }

        return 1 - atMost;
    }
}
